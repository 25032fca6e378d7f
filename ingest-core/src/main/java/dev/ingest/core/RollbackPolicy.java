package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * When a pipeline of a route loses its share by itself: when its rate of failures, or of overdue
 * sequences, is significantly above that of the route's other pipelines, by a one-sided test that
 * is corrected for looking again and again. Results that did not read back as they were sealed
 * count as failures.
 *
 * <p>Where the route is sticky by owner, the rate is that of owners with such a sequence, of whom
 * three at least are needed: one owner's broken uploads are no fault of a pipeline.
 *
 * @param on whether it does
 * @param oneIn how rare a false alarm is: where all pipelines are alike, at most one of so many
 *     splits is rolled back; 10 to 1,000,000
 * @param minCount how many sequences of each side are at least verified, failed or overdue before
 *     it is judged, 5 to 1,000,000
 * @param minExcess by how many thousandths the rate is higher at least, 0 to 999: a difference that
 *     is certain and small is left to people
 */
public record RollbackPolicy(boolean on, int oneIn, int minCount, int minExcess) {

  private static final int MAX = 1_000_000;

  /** One in 1,000, 20 sequences, 10 thousandths. */
  public static final RollbackPolicy DEFAULT = new RollbackPolicy(true, 1_000, 20, 10);

  /** Never; ramp plans wait all the same while their candidate is worse. */
  public static final RollbackPolicy OFF = new RollbackPolicy(false, 1_000, 20, 10);

  /**
   * Validates the bounds.
   *
   * @param on whether it does
   * @param oneIn of how many splits of equals one is rolled back at most
   * @param minCount how many sequences each side has at least
   * @param minExcess by how many thousandths the rate is higher at least
   */
  public RollbackPolicy {
    if (oneIn < 10 || oneIn > MAX || minCount < 5 || minCount > MAX) {
      throw new InvalidValueException(
          Kind.NUMBER,
          oneIn + ", " + minCount,
          "a rollback policy errs once in 10 to 1,000,000 splits, and counts 5 to 1,000,000");
    }
    if (minExcess < 0 || minExcess > 999) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(minExcess), "a least excess is 0 to 999 thousandths");
    }
  }
}
