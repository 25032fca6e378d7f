package dev.ingest.core;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.Optional;

/**
 * Hears the ids of a backfill one by one, group after group, each group in the order of keys.
 * Called by one thread; nothing is kept. What it throws ends the report.
 */
@FunctionalInterface
public interface BackfillListener {

  /**
   * Hears of an id.
   *
   * @param key the id
   * @param outcome what became of it
   * @param entry its entry as it is now; empty if the ledger has none
   */
  void heard(SequenceKey key, Outcome outcome, Optional<Entry> entry);

  /**
   * What became of an id.
   *
   * @param kind what
   * @param cause why, for {@code FAILED}; otherwise empty text
   */
  record Outcome(Kind kind, String cause) {

    /** What can become of an id. */
    public enum Kind {
      /** Proven by this backfill's own run. */
      DONE,
      /** Not proven: its run, or its start, failed. */
      FAILED,
      /** Not ended. */
      PENDING,
      /** It had no raw bytes when the list was frozen. */
      UNRECOVERABLE
    }
  }
}
