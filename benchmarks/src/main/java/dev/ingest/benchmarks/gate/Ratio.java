package dev.ingest.benchmarks.gate;

/**
 * How much longer something takes than before, with what is known of it: the mean of the logarithms
 * of the ratios of each round, and the interval around it that Student's distribution gives at 99.9
 * % (one-sided). Rounds are paired, so that what slows the machine for a while slows both.
 *
 * @param mean the geometric mean of the ratios
 * @param lower what it is at least
 * @param upper what it is at most
 */
record Ratio(double mean, double lower, double upper) {

  /** A mean beyond this counts, if nothing below 1 is possible. */
  static final double MOST = 1.10;

  /** Quantiles of Student's distribution at 0.999, from two degrees of freedom to ten. */
  private static final double[] STUDENT = {
    22.327, 10.215, 7.173, 5.893, 5.208, 4.785, 4.501, 4.297, 4.144
  };

  /** For more of them: that of eleven, which is wider than needed. */
  private static final double STUDENT_FROM_ELEVEN = 4.025;

  /**
   * Compares paired times.
   *
   * @param before the times of before, three or more
   * @param now the times of now, as many
   */
  static Ratio of(double[] before, double[] now) {
    int count = before.length;
    if (count < 3 || now.length != count) {
      throw new IllegalArgumentException("three pairs or more are compared, got " + count);
    }
    double[] logs = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      logs[i] = Math.log(now[i] / before[i]);
      sum += logs[i];
    }
    double mean = sum / count;
    double squares = 0;
    for (double log : logs) {
      squares += (log - mean) * (log - mean);
    }
    int degrees = count - 1;
    double student = degrees - 2 < STUDENT.length ? STUDENT[degrees - 2] : STUDENT_FROM_ELEVEN;
    double half = student * Math.sqrt(squares / degrees / count);
    return new Ratio(Math.exp(mean), Math.exp(mean - half), Math.exp(mean + half));
  }

  /** Whether it has become slower, beyond what a noisy machine makes of two equal programs. */
  boolean isSlower() {
    return mean > MOST && lower > 1;
  }
}
