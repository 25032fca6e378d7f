package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Ingest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** What Prometheus sees of the service, under the names of docs/metrics.md. */
final class MetricsTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path home;

  @Test
  void uploadThatIsProcessed_isScraped() throws Exception {
    try (ConfigurableApplicationContext service =
        SpringApplication.run(PhotoService.class, "--server.port=0", "--photos.home=" + home)) {
      ServiceClient client =
          new ServiceClient(
              Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
      client.put(ServiceClient.item("alice/ride-1", longestName()), Photos.noise(5, 20));
      HttpResponse<String> receipt = client.post(ServiceClient.path("alice/ride-1") + "/receipt");
      assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
      assertThat(service.getBean(Ingest.class).runUntilIdle()).isTrue();
      assertThat(awaited(client, "ingest_verified_total{pipeline=\"photos\"} 1.0"))
          .contains(
              "ingest_accepted_total{pipeline=\"photos\"} 1.0",
              "ingest_stage_seconds_count{",
              "ingest_sequences{state=\"verified\"}",
              "ingest_figures_age_seconds");
    }
  }

  /** The longest that is taken: its thumbnail has the longest name that there is. */
  private static String longestName() {
    return "\u00e9".repeat(507);
  }

  private static String awaited(ServiceClient client, String sample) throws Exception {
    long end = System.nanoTime() + PATIENCE;
    CountDownLatch never = new CountDownLatch(1);
    HttpResponse<String> scrape = client.get("/actuator/prometheus");
    while (!scrape.body().contains(sample)) {
      assertThat(System.nanoTime()).as(scrape.body()).isLessThan(end);
      assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
      scrape = client.get("/actuator/prometheus");
    }
    return scrape.body();
  }
}
