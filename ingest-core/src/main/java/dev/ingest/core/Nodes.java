package dev.ingest.core;

import dev.ingest.core.engine.Registered;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.List;

/**
 * The nodes that share a ledger, and how their work goes. Reads the ledger anew at each call, a
 * bounded number of small records; changes nothing. Thread-safe.
 */
public final class Nodes {

  /** How far back rates go at most. */
  public static final Duration LONGEST_WINDOW = Duration.ofHours(2);

  private final LedgerStore ledger;

  Nodes(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * Reads the nodes that registered and did not end in order. One that died stays among them for an
   * hour or two.
   *
   * @return the nodes, in the order of their ids
   * @throws dev.ingest.spi.ledger.LedgerException if the ledger does not answer, or there are
   *     10,000 or more
   */
  public List<KnownNode> all() {
    return Registered.nodes(ledger);
  }

  /**
   * Sums what became of the work of all nodes, also of those that ended. What a node counted since
   * its last beat, 10 s at most, is not in it yet, and never will be if the node dies.
   *
   * @param window how far back, a minute to {@link #LONGEST_WINDOW}
   * @return one line per kind of work and code version, by pipeline, stage and version
   * @throws InvalidValueException if the window is out of its bounds
   */
  public List<WorkRate> rates(Duration window) {
    if (window.compareTo(Duration.ofMinutes(1)) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TIME, window.toString(), "a window of rates is 1m to 2h");
    }
    return Registered.rates(ledger, window);
  }

  /**
   * Compares one code version with all others at the same work.
   *
   * @param rates as {@link #rates} returned them
   * @param one the line looked at
   * @return the shares of bad ends, and how likely the difference is by chance
   */
  public static RateComparison againstTheRest(List<WorkRate> rates, WorkRate one) {
    WorkCounts rest =
        rates.stream()
            .filter(rate -> rate.work().equals(one.work()))
            .filter(rate -> !rate.codeVersion().equals(one.codeVersion()))
            .map(WorkRate::counts)
            .reduce(WorkCounts.NONE, WorkCounts::plus);
    return RateComparison.of(one.counts(), rest);
  }
}
