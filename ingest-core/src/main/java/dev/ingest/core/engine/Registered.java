package dev.ingest.core.engine;

import dev.ingest.core.KnownNode;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.List;

/** Reads what nodes have registered for those who look once. */
public final class Registered {

  private Registered() {}

  /**
   * Reads the nodes.
   *
   * @param ledger where the records are
   * @return the nodes that did not end in order, in the order of their ids
   */
  public static List<KnownNode> nodes(LedgerStore ledger) {
    return new LiveNodes(ledger, () -> 0).read();
  }

  /**
   * Reads what became of their work.
   *
   * @param ledger where the records are
   * @param window how far back
   * @return the sums over all nodes
   */
  public static List<WorkRate> rates(LedgerStore ledger, Duration window) {
    return StageRates.sum(ledger, window);
  }
}
