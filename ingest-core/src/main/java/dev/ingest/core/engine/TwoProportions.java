package dev.ingest.core.engine;

/**
 * Tells how likely it is that of two equal rates one is found as much higher than the other as it
 * was: the one-sided p value of two proportions. A pure function.
 *
 * <p><b>Small counts</b>, as failures mostly are: Fisher's exact test (R. A. Fisher, "The logic of
 * inductive inference", 1935). With all margins of the table of both sides fixed, the number of
 * failures on one of them has a hypergeometric distribution, and the value is the sum of its upper
 * tail. It is exact up to {@value #MAX_TERMS} terms of that sum.
 *
 * <p><b>Beyond that</b> the normal approximation with pooled variance and F. Yates' continuity
 * correction (1934), whose tail is evaluated by the series of Abramowitz and Stegun, "Handbook of
 * Mathematical Functions" (1964), 26.2.11, up to 3 and their continued fraction 26.2.14 beyond.
 */
public final class TwoProportions {

  /** The most terms of the exact sum. */
  static final int MAX_TERMS = 10_000;

  private static final int TABLE = 256;
  private static final double[] LOG_FACTORIALS = logFactorials();
  private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
  private static final double SERIES_UP_TO = 3;
  private static final int FRACTIONS = 200;

  private TwoProportions() {}

  /**
   * Tells how likely it is that the first of two equal rates is found at least as high as it was,
   * against the second.
   *
   * @param hits how many of the first are counted, 0 to all of them
   * @param of how many there are
   * @param otherHits how many of the second are counted
   * @param otherOf how many there are
   * @return the value, from 0 to 1; 1 if the first rate is not above the second
   */
  static double higher(long hits, long of, long otherHits, long otherOf) {
    if (hits < 0 || hits > of || otherHits < 0 || otherHits > otherOf) {
      throw new IllegalArgumentException(
          "%d of %d and %d of %d are no proportions".formatted(hits, of, otherHits, otherOf));
    }
    if (of == 0 || otherOf == 0 || hits * (double) otherOf <= otherHits * (double) of) {
      return 1;
    }
    long most = Math.min(of, hits + otherHits);
    return most - hits < MAX_TERMS
        ? exact(hits, of, hits + otherHits, otherOf)
        : approximate(hits, of, otherHits, otherOf);
  }

  /** The upper tail of the hypergeometric distribution; above its mean the terms only fall. */
  private static double exact(long hits, long of, long all, long otherOf) {
    long most = Math.min(of, all);
    double term =
        Math.exp(
            logChoose(of, hits) + logChoose(otherOf, all - hits) - logChoose(of + otherOf, all));
    double sum = 0;
    for (long x = hits; x <= most; x++) {
      sum += term;
      term *= (all - x) * (double) (of - x) / ((x + 1.0) * (otherOf - all + x + 1.0));
    }
    return Math.min(1, sum);
  }

  /** The normal approximation, which {@link #higher} uses for large counts. */
  static double approximate(long hits, long of, long otherHits, long otherOf) {
    double pooled = (hits + otherHits) / (double) (of + otherOf);
    double inverse = 1.0 / of + 1.0 / otherOf;
    double difference = hits / (double) of - otherHits / (double) otherOf - inverse / 2;
    double deviation = Math.sqrt(pooled * (1 - pooled) * inverse);
    return difference <= 0 ? 1 : upperTail(difference / deviation);
  }

  /**
   * Returns the probability that a standard normal variable is above a value.
   *
   * @param z the value, 0 or more
   * @return the probability, 0.5 to 0
   */
  public static double upperTail(double z) {
    double density = Math.exp(-z * z / 2 - LOG_SQRT_TWO_PI);
    if (z <= SERIES_UP_TO) {
      double term = z;
      double sum = 0;
      for (int odd = 3; sum + term > sum; odd += 2) {
        sum += term;
        term *= z * z / odd;
      }
      return 0.5 - density * sum;
    }
    double fraction = z;
    for (int n = FRACTIONS; n > 0; n--) {
      fraction = z + n / fraction;
    }
    return density / fraction;
  }

  private static double logChoose(long of, long chosen) {
    return logFactorial(of) - logFactorial(chosen) - logFactorial(of - chosen);
  }

  /** From a table, and by Stirling's series beyond, whose next term is below 1e-20 there. */
  private static double logFactorial(long n) {
    if (n < TABLE) {
      return LOG_FACTORIALS[(int) n];
    }
    double x = n;
    return x * Math.log(x)
        - x
        + 0.5 * Math.log(x)
        + LOG_SQRT_TWO_PI
        + 1 / (12 * x)
        - 1 / (360 * x * x * x)
        + 1 / (1260 * x * x * x * x * x);
  }

  private static double[] logFactorials() {
    double[] table = new double[TABLE];
    for (int n = 1; n < TABLE; n++) {
      table[n] = table[n - 1] + Math.log(n);
    }
    return table;
  }
}
