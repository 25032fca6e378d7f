package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats idempotent calls of the ledger whose answer was lost. */
final class Retries {

  private static final int MAX_ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private Retries() {}

  /** Repeats a call a bounded number of times. */
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

  /**
   * Repeats a call for work under a lease: for as long as the lease may still be held, so that an
   * outage costs no finished work, with pauses from 20 ms up to 1 s. To be called where waiting
   * holds up this work alone.
   */
  static <T> T whileHeld(Node node, String what, HeldLeases.Grip lease, Supplier<T> call) {
    Duration pause = PAUSE;
    while (true) {
      try {
        return call.get();
      } catch (LedgerException e) {
        if (lease.isLost() || !node.seams().pause().await(pause)) {
          throw new OutcomeUnknownException(
              "%s in %s for the work under %s has no known outcome, and the lease is lost or the node"
                      .formatted(what, node.ledger().name(), lease.held())
                  + " stops; another attempt follows",
              e);
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
    }
  }
}
