package dev.ingest.spring.boot;

import dev.ingest.core.Ingest;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.store.jdbc.ServerRisk;
import dev.ingest.store.s3.S3Content;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Opens the ledger and the content that properties and beans name. An application that has beans of
 * its own for them, or for the engine, keeps those.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
      "io.awspring.cloud.autoconfigure.s3.S3AutoConfiguration"
    })
@ConditionalOnBooleanProperty(name = "ingest.enabled", matchIfMissing = true)
@EnableConfigurationProperties(IngestProperties.class)
public final class IngestStoresAutoConfiguration {

  /** Creates the configuration, as Spring does. */
  public IngestStoresAutoConfiguration() {}

  @Bean
  static UnusedProperties ingestUnusedProperties(
      Environment environment, ListableBeanFactory beans) {
    return new UnusedProperties(environment, beans);
  }

  private static void requireOnePlace(IngestProperties properties) {
    if (properties.content().directory() != null && properties.content().s3() != null) {
      throw new SetupException(
          "two places are named for the bytes, ingest.content.directory and ingest.content.s3",
          "Remove one of them. What one of them already holds stays unseen if the other is kept.");
    }
  }

  private static InstantSource clock() {
    return InstantSource.system();
  }

  /** A ledger in a file is of no database, and waits for none to be made ready. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JdbcLedger.class)
  @ConditionalOnProperty("ingest.ledger.sqlite-file")
  @ConditionalOnMissingBean({LedgerStore.class, Ingest.class})
  static class FileLedgerConfiguration {

    @Bean(destroyMethod = "close")
    LedgerStore ingestLedger(IngestProperties properties, ObjectProvider<DataSource> sources) {
      return JdbcLedgerConfiguration.open(properties, sources);
    }
  }

  /** Opened when the scripts of Flyway, Liquibase and Spring Boot have made the database ready. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(JdbcLedger.class)
  @ConditionalOnProperty(
      name = "ingest.ledger.sqlite-file",
      havingValue = "false",
      matchIfMissing = true)
  @ConditionalOnMissingBean({LedgerStore.class, Ingest.class})
  static class JdbcLedgerConfiguration {

    @Bean(destroyMethod = "close")
    @DependsOnDatabaseInitialization
    LedgerStore ingestLedger(IngestProperties properties, ObjectProvider<DataSource> sources) {
      return open(properties, sources);
    }

    private static LedgerStore open(
        IngestProperties properties, ObjectProvider<DataSource> sources) {
      IngestProperties.Ledger ledger = properties.ledger();
      Path file = ledger.sqliteFile();
      return file != null
          ? JdbcLedger.sqlite(file, clock())
          : JdbcLedger.postgres(source(sources), options(ledger));
    }

    private static DataSource source(ObjectProvider<DataSource> sources) {
      DataSource unique = sources.getIfUnique();
      if (unique != null) {
        return unique;
      }
      long count = sources.stream().count();
      throw count == 0
          ? new SetupException(
              "there is no place for the ledger: no DataSource and no ingest.ledger.sqlite-file",
              "Set ingest.ledger.sqlite-file to a file in an existing directory, or configure the"
                  + " DataSource of a PostgreSQL database by spring.datasource.url.")
          : new SetupException(
              "there are %d DataSources, and none of them is primary".formatted(count),
              "Mark the one of the ledger's PostgreSQL database as @Primary, or define a"
                  + " LedgerStore bean.");
    }

    private static JdbcLedgerOptions options(IngestProperties.Ledger ledger) {
      return JdbcLedgerOptions.DEFAULT
          .withTablePrefix(ledger.tablePrefix())
          .withSchema(
              switch (ledger.schema()) {
                case APPLY -> JdbcLedgerOptions.SchemaRule.APPLY;
                case VERIFY -> JdbcLedgerOptions.SchemaRule.VERIFY;
              })
          .withAccepted(
              AcceptedRisks.of(ServerRisk.class, "ingest.ledger.accept", ledger.accept()));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(FileContent.class)
  @ConditionalOnProperty("ingest.content.directory")
  @ConditionalOnMissingBean({ContentAccess.class, Ingest.class})
  static class FileContentConfiguration {

    @Bean(destroyMethod = "close")
    ContentAccess ingestContent(IngestProperties properties) {
      requireOnePlace(properties);
      Path directory = Optional.ofNullable(properties.content().directory()).orElseThrow();
      return new FileContent(directory, clock()).access();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({S3Content.class, S3Client.class})
  @ConditionalOnProperty("ingest.content.s3.bucket")
  @ConditionalOnMissingBean({ContentAccess.class, Ingest.class})
  static class S3ContentConfiguration {

    @Bean(destroyMethod = "close")
    ContentAccess ingestContent(IngestProperties properties, ObjectProvider<S3Client> clients) {
      requireOnePlace(properties);
      IngestProperties.S3 place = Optional.ofNullable(properties.content().s3()).orElseThrow();
      S3Client unique = clients.getIfUnique();
      if (unique == null && clients.stream().count() > 1) {
        throw new SetupException(
            "there are several S3Clients, and none of them is primary",
            "Mark the one of the bucket %s as @Primary.".formatted(place.bucket()));
      }
      return S3Opening.open(place, Optional.ofNullable(unique), clock()).access();
    }
  }
}
