package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3ServerOptions;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service with its ledger on PostgreSQL and its bytes on S3, as its page says. */
final class ServersProfileTest {

  private static final String KEY_ID = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";

  @Test
  void propertiesOfServers_takeAnUploadThere() throws Exception {
    System.setProperty(KEY_ID, "AKIDEXAMPLE");
    System.setProperty(SECRET_KEY, "any");
    try (S3FaultServer server =
        S3FaultServer.start(S3ServerOptions.DEFAULT.withClock(InstantSource.system()))) {
      server.createBucket("photos");
      try (ConfigurableApplicationContext service =
          SpringApplication.run(
              PhotoService.class,
              "--server.port=0",
              "--spring.profiles.active=servers",
              "--spring.datasource.url=" + PostgresServer.urlOfEmptySchema(),
              "--ingest.content.s3.bucket=photos",
              "--ingest.content.s3.region=us-east-1",
              "--ingest.content.s3.endpoint=" + server.endpoint(),
              "--ingest.content.s3.path-style=true")) {
        ServiceClient client =
            new ServiceClient(
                Integer.parseInt(
                    service.getEnvironment().getRequiredProperty("local.server.port")));
        byte[] photo = Photos.noise(4, 20);
        client.put(ServiceClient.item("alice/ride-1", "a.png"), photo);
        HttpResponse<String> receipt = client.post(ServiceClient.path("alice/ride-1") + "/receipt");
        assertThat(ServiceClient.field(receipt, "root"))
            .isEqualTo(Photos.root(Map.of("a.png", photo)));
        OpenSessions.assertReceiptIsRepeatable(service, client, "alice/ride-1");
        assertThat(client.get("/actuator/ingest").body()).contains("jdbc:postgresql:");
        String scrape = client.get("/actuator/prometheus").body();
        // The first reading of the ledger learns of its tables, and may outlast a scrape.
        for (int i = 0; i < 60 && !scrape.contains("ingest_dead_tuples{"); i++) {
          scrape = client.get("/actuator/prometheus").body();
        }
        assertThat(scrape).contains("ingest_dead_tuples{", "ingest_accepted_total{");
        assertThat(server.objects("photos")).isNotEmpty();
      }
    } finally {
      System.clearProperty(KEY_ID);
      System.clearProperty(SECRET_KEY);
    }
  }
}
