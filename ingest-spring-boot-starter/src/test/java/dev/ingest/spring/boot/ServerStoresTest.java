package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Ingest;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3ServerOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A PostgreSQL server behind Spring Boot's own DataSource, and a server that speaks S3. */
final class ServerStoresTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");
  private static final String BUCKET = "photos";

  private S3FaultServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = S3FaultServer.start(S3ServerOptions.DEFAULT.withClock(InstantSource.system()));
    server.createBucket(BUCKET);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void dataSourceAndS3Client_makeAnEngineThatTakesASequenceThrough() throws Exception {
    onServers()
        .withUserConfiguration(OwnClient.class)
        .withPropertyValues("ingest.ledger.schema=apply", "test.endpoint=" + server.endpoint())
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(LedgerStore.class).name())
                  .startsWith("jdbc:postgresql:")
                  .endsWith("#ingest_");
              assertThat(context.getBean(ContentAccess.class).store().name())
                  .contains("photos/rides");
              takeThrough(context.getBean(Ingest.class));
              // The pool outlives the engine, and its end loses nothing.
              assertThat(context.getBean(S3Client.class)).isNotNull();
            });
    assertThat(server.objects(BUCKET)).isNotEmpty();
  }

  @Test
  void clientOfTheEnginesOwn_isMadeOfProperties() throws Exception {
    onServers()
        .withPropertyValues(
            "ingest.ledger.schema=apply",
            "ingest.content.s3.region=us-east-1",
            "ingest.content.s3.endpoint=" + server.endpoint(),
            "ingest.content.s3.path-style=true")
        .withSystemProperties("aws.accessKeyId=AKIDEXAMPLE", "aws.secretAccessKey=any")
        .run(
            context -> {
              assertThat(context).hasNotFailed().doesNotHaveBean(S3Client.class);
              takeThrough(context.getBean(Ingest.class));
            });
  }

  @Test
  void scriptsOfTheDatabase_haveRunWhenTheLedgerIsOpened(@TempDir Path folder) throws Exception {
    String later = "later_" + System.nanoTime();
    Path script = Files.writeString(folder.resolve("schema.sql"), "create schema " + later + ";");
    onServers()
        .withConfiguration(AutoConfigurations.of(DataSourceInitializationAutoConfiguration.class))
        .withUserConfiguration(OwnClient.class)
        .withPropertyValues(
            "spring.datasource.url="
                + PostgresServer.urlOfEmptySchema()
                    .replaceAll("currentSchema=\\w+", "currentSchema=" + later),
            "spring.sql.init.mode=always",
            "spring.sql.init.schema-locations=file:" + script,
            "ingest.ledger.schema=apply",
            "test.endpoint=" + server.endpoint())
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              takeThrough(context.getBean(Ingest.class));
            });
  }

  @Test
  void ledgerInAFile_doesNotWaitForADatabaseThatIsNotItsOwn(@TempDir Path folder) {
    Contexts.embedded(folder)
        .withConfiguration(AutoConfigurations.of(DataSourceInitializationAutoConfiguration.class))
        .run(
            context ->
                assertThat(
                        context
                            .getBeanFactory()
                            .findAnnotationOnBean(
                                "ingestLedger", DependsOnDatabaseInitialization.class))
                    .isNull());
  }

  @Test
  void absentTables_areNotMadeUnlessAskedFor() throws Exception {
    onServers()
        .withUserConfiguration(OwnClient.class)
        .withPropertyValues("test.endpoint=" + server.endpoint())
        .run(
            context -> {
              FailureAnalysis analysis =
                  new IngestFailureAnalyzer()
                      .analyze(Objects.requireNonNull(context.getStartupFailure()));
              assertThat(Objects.requireNonNull(analysis).getAction())
                  .contains("ingest.ledger.schema=apply");
            });
  }

  @Test
  void propertiesOfAClientBesideAClient_areRefused() throws Exception {
    onServers()
        .withUserConfiguration(OwnClient.class)
        .withPropertyValues(
            "ingest.ledger.schema=apply",
            "ingest.content.s3.region=us-east-1",
            "test.endpoint=" + server.endpoint())
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(SetupException.class)
                    .hasMessageContaining("there is an S3Client bean"));
  }

  private static ApplicationContextRunner onServers() throws Exception {
    return Contexts.bare()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
        .withUserConfiguration(Contexts.Copying.class)
        .withPropertyValues(
            "spring.datasource.url=" + PostgresServer.urlOfEmptySchema(),
            "ingest.content.s3.bucket=" + BUCKET,
            "ingest.content.s3.prefix=rides");
  }

  private static void takeThrough(Ingest ingest) {
    try (Upload upload = ingest.upload(RIDE)) {
      upload.add(ItemName.of("a.txt"), "x".getBytes(StandardCharsets.UTF_8));
      upload.submit();
    }
    assertThat(ingest.runUntilIdle()).isTrue();
    assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.VERIFIED);
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnClient {

    @Bean
    S3Client client(Environment environment) {
      return S3Client.builder()
          .region(Region.US_EAST_1)
          .endpointOverride(URI.create(environment.getRequiredProperty("test.endpoint")))
          .forcePathStyle(true)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "any")))
          .build();
    }
  }
}
