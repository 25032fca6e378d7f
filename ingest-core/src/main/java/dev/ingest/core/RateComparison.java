package dev.ingest.core;

import dev.ingest.core.engine.TwoProportions;
import dev.ingest.spi.InvalidValueException;

/**
 * Two shares of bad ends, and how likely it is that so large a difference comes about by chance.
 *
 * <p><b>The test.</b> A two-sided test that both shares are equal. Where each of the four numbers
 * that are expected if they are is 5 or more, it is the two-proportion z-test with the pooled
 * share, as in NIST/SEMATECH e-Handbook of Statistical Methods, section 7.3.3; otherwise its normal
 * approximation is poor (W. G. Cochran, "Some methods for strengthening the common χ² tests",
 * Biometrics 10, 1954), and it is Fisher's exact test (R. A. Fisher, "The Design of Experiments",
 * 1935, chapter 2), which sums the probabilities of all tables with the same margins that are not
 * more likely than the one found.
 *
 * <p>Both take for granted that ends are independent. An outage makes many bad ends at once, and
 * whoever looks every minute finds something unlikely sooner or later: act on a small probability
 * and a difference that matters, seen more than once.
 *
 * @param rate the share of bad ends of the one looked at, 0 to 1; 0 without any end
 * @param otherRate the share of the others
 * @param probability how likely a difference like this, or a less likely one, is by chance if both
 *     are equally good, 0 to 1; 1 if either has no end
 * @param test which test it is from
 */
public record RateComparison(double rate, double otherRate, double probability, Test test) {

  /** Which test. */
  public enum Test {
    /** Fisher's exact test. */
    FISHER_EXACT,
    /** The two-proportion z-test. */
    TWO_PROPORTIONS,
    /** None, as one side has no end. */
    NONE
  }

  private static final double LEAST_EXPECTED = 5;

  /** Tables that are as likely but for rounding count as equally likely. */
  private static final double ROUNDING = 1 + 1e-7;

  /**
   * Compares.
   *
   * @param bad the bad ends of the one looked at, 0 to {@code ended}
   * @param ended all its ends, 0 to 1,000,000,000,000
   * @param otherBad the bad ends of the others
   * @param otherEnded all their ends
   * @return both shares and the probability
   * @throws InvalidValueException if a number is out of its bounds
   */
  public static RateComparison of(long bad, long ended, long otherBad, long otherEnded) {
    require(bad, ended);
    require(otherBad, otherEnded);
    double rate = ended == 0 ? 0 : (double) bad / ended;
    double otherRate = otherEnded == 0 ? 0 : (double) otherBad / otherEnded;
    if (ended == 0 || otherEnded == 0) {
      return new RateComparison(rate, otherRate, 1, Test.NONE);
    }
    double all = (double) ended + otherEnded;
    double share = (bad + otherBad) / all;
    double least = Math.min(ended, otherEnded) * Math.min(share, 1 - share);
    return least >= LEAST_EXPECTED
        ? new RateComparison(
            rate,
            otherRate,
            2
                * TwoProportions.upperTail(
                    Math.abs(rate - otherRate)
                        / Math.sqrt(share * (1 - share) * (1.0 / ended + 1.0 / otherEnded))),
            Test.TWO_PROPORTIONS)
        : new RateComparison(
            rate, otherRate, fisher(bad, ended, otherBad, otherEnded), Test.FISHER_EXACT);
  }

  /**
   * Compares counts.
   *
   * @param counts of the one looked at
   * @param others of the others
   * @return both shares of bad ends and the probability
   */
  public static RateComparison of(WorkCounts counts, WorkCounts others) {
    return of(counts.bad(), counts.ended(), others.bad(), others.ended());
  }

  /**
   * Returns how much larger the share of bad ends is than the others'.
   *
   * @return −1 to 1; above 0 if it is worse
   */
  public double difference() {
    return rate - otherRate;
  }

  private static void require(long bad, long ended) {
    if (bad < 0 || bad > ended || ended > 1_000_000_000_000L) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER,
          bad + " of " + ended,
          "bad ends are 0 to all ends, and these 1,000,000,000,000 at most");
    }
  }

  /**
   * Fisher's exact test, by the ratio of each table's probability to that of the table found, which
   * follows from table to table. Where a table expects less than 5, the least margin is below the
   * square root of ten times the total, so this takes a few million steps at most.
   */
  private static double fisher(long bad, long ended, long otherBad, long otherEnded) {
    long allBad = bad + otherBad;
    long lowest = Math.max(0, allBad - otherEnded);
    long highest = Math.min(allBad, ended);
    double total = 1;
    double notLikelier = 1;
    double ratio = 1;
    for (long k = bad; k < highest; k++) {
      ratio *=
          ((double) (allBad - k) * (ended - k)) / ((k + 1.0) * (otherEnded - allBad + k + 1.0));
      total += ratio;
      notLikelier += ratio <= ROUNDING ? ratio : 0;
    }
    ratio = 1;
    for (long k = bad; k > lowest; k--) {
      ratio *= (k * (otherEnded - allBad + (double) k)) / ((allBad - k + 1.0) * (ended - k + 1.0));
      total += ratio;
      notLikelier += ratio <= ROUNDING ? ratio : 0;
    }
    return Math.min(1, notLikelier / total);
  }
}
