package dev.ingest.core;

import dev.ingest.core.engine.Blockages;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.List;

/**
 * Work that is due and that no live node can run, as it was found last. It ends by itself once a
 * node that can run it lives, or nothing waits for it.
 *
 * @param work a stage of a pipeline, or its verification
 * @param sequences how many wait for it
 * @param oldest since when the one is due that waits longest
 * @param since since when this has been so
 * @param seen when it was found so last; older than a minute if nobody has watched since
 */
public record Blockage(WorkRef work, long sequences, Instant oldest, Instant since, Instant seen) {

  /**
   * Reads what is blocked, for those who have no engine.
   *
   * @param ledger the ledger
   * @return as {@link Outlook#blocked()}
   */
  public static List<Blockage> in(LedgerStore ledger) {
    return Blockages.of(ledger);
  }
}
