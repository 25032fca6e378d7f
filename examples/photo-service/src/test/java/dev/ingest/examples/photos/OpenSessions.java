package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.context.ConfigurableApplicationContext;

/** The upload sessions that are open in the ledger of a service, whatever the service knows. */
final class OpenSessions {

  private OpenSessions() {}

  /** Finds what an owner has open. */
  static List<SequenceKey> of(ConfigurableApplicationContext service, String owner) {
    return service
        .getBean(LedgerStore.class)
        .sessions()
        .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 1_000)
        .stream()
        .map(UploadSession::key)
        .filter(key -> key.owner().value().equals(owner))
        .toList();
  }

  /** Asks for the receipt of a sequence again and again: it is the same, and nothing stays open. */
  static void assertReceiptIsRepeatable(
      ConfigurableApplicationContext service, ServiceClient client, String sequence)
      throws IOException, InterruptedException {
    String path = ServiceClient.path(sequence) + "/receipt";
    HttpResponse<String> first = client.post(path);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> again = client.post(path);
      assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
      assertThat(again.body()).isEqualTo(first.body());
    }
    assertThat(of(service, sequence.substring(0, sequence.indexOf('/')))).isEmpty();
  }
}
