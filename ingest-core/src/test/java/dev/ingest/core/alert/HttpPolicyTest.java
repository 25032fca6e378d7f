package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times and attempts within which a message may be sent. */
final class HttpPolicyTest {

  private static HttpPolicy policy(int connect, int answer, int attempts, int backoff, int total) {
    return new HttpPolicy(
        Duration.ofMillis(connect),
        Duration.ofMillis(answer),
        attempts,
        Duration.ofMillis(backoff),
        Duration.ofMillis(total));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 0, 1",
    "1, 0, 1, 0, 1",
    "1, 1, 0, 0, 1",
    "1, 1, 11, 0, 1",
    "1, 1, 1, -1, 1",
    "1, 1, 1, 0, 0",
    "1, 1, 1, 0, 10001"
  })
  void oneStepPastABound_isRefused(int connect, int answer, int attempts, int backoff, int total) {
    String refusal =
        String.valueOf(
            assertThrows(
                    ConfigurationException.class,
                    () -> policy(connect, answer, attempts, backoff, total))
                .getMessage());
    assertTrue(refusal.contains("attempts=" + attempts + ", firstBackoff="), refusal);
  }

  @Test
  void bounds_areTaken() {
    assertEquals(1, policy(1, 1, 1, 0, 1).attempts());
    assertEquals(10, policy(1, 1, 10, 0, 10_000).attempts());
  }
}
