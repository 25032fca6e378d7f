package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats idempotent calls of the ledger whose answer was lost, a bounded number of times. */
final class Retries {

  private static final int MAX_ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Retries() {}

  static <T> T settled(Node node, String what, Supplier<T> call) {
    int attempt = 0;
    while (true) {
      try {
        return call.get();
      } catch (LedgerException e) {
        attempt++;
        if (attempt == MAX_ATTEMPTS
            || !node.seams().pause().await(PAUSE.multipliedBy(1L << attempt))) {
          throw new OutcomeUnknownException(
              what + " in " + node.ledger().name() + " has no known outcome; repeat it", e);
        }
      }
    }
  }
}
