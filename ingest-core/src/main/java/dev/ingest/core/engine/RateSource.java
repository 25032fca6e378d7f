package dev.ingest.core.engine;

import dev.ingest.core.Route;
import java.util.Map;

/** Tells what became of the sequences of a route's pipelines since its split began. */
interface RateSource {

  /**
   * Counts of one pipeline.
   *
   * @param well how many were verified
   * @param failed how many FAILED
   * @param overdue how many are past their deadline and neither of the two
   * @param mismatched how many of those that failed did so because their result did not read back
   *     as it was sealed; 0 where that is not known apart
   */
  record Counts(long well, long failed, long overdue, long mismatched) {

    /** Nothing yet. */
    static final Counts NONE = new Counts(0, 0, 0, 0);

    /** How many came to an end, well or not. */
    long ended() {
      return well + failed;
    }

    Counts plus(Counts other) {
      return new Counts(
          well + other.well,
          failed + other.failed,
          overdue + other.overdue,
          mismatched + other.mismatched);
    }

    /** The difference, where nothing is less than none: what failed may have been redriven. */
    Counts since(Counts before) {
      return new Counts(
          Math.max(0, well - before.well),
          Math.max(0, failed - before.failed),
          Math.max(0, overdue - before.overdue),
          Math.max(0, mismatched - before.mismatched));
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
