package dev.ingest.core.engine;

import dev.ingest.core.Route;
import java.util.Map;

/** Tells what became of the sequences of a route's pipelines since its split began. */
interface RateSource {

  /**
   * Counts of one pipeline.
   *
   * @param well how many were verified
   * @param failed how many FAILED, whatever the cause
   * @param overdue how many are past their deadline and neither of the two
   */
  record Counts(long well, long failed, long overdue) {

    /** Nothing yet. */
    static final Counts NONE = new Counts(0, 0, 0);

    /** How many came to an end, well or not. */
    long ended() {
      return well + failed;
    }

    Counts plus(Counts other) {
      return new Counts(well + other.well, failed + other.failed, overdue + other.overdue);
    }

    /** The difference, where nothing is less than none: what failed may have been redriven. */
    Counts since(Counts before) {
      return new Counts(
          Math.max(0, well - before.well),
          Math.max(0, failed - before.failed),
          Math.max(0, overdue - before.overdue));
    }
  }

  /**
   * Counts since {@link Route.Split#since()}, as far back as that is kept.
   *
   * @param route the route
   * @return the counts of each of its pipelines, also of those without a weight
   * @throws dev.ingest.spi.ledger.LedgerException if they cannot be read
   */
  Map<String, Counts> of(Route route);
}
