package dev.ingest.benchmarks.targets;

/**
 * What was measured for one target, and what else in the same run.
 *
 * @param value the figure, 0 or more
 * @param unit its unit
 * @param beside the name of what it is compared with; empty for nothing
 * @param other the figure of that in the same unit; 0 for nothing
 * @param remark how it was measured, how it varied, and what the other one does not do
 */
record Figure(double value, String unit, String beside, double other, String remark)
    implements Outcome {

  /** Refuses what cannot have been measured. */
  Figure {
    if (!Double.isFinite(value) || value < 0) {
      throw new IllegalArgumentException("a measurement gave " + value + " " + unit);
    }
    if (beside.isEmpty() ? other != 0 : !Double.isFinite(other) || other <= 0) {
      throw new IllegalArgumentException("\"" + beside + "\" gave " + other + " " + unit);
    }
  }

  static Figure of(double value, String unit, String remark) {
    return new Figure(value, unit, "", 0, remark);
  }

  boolean isCompared() {
    return !beside.isEmpty();
  }

  double ratio() {
    if (!isCompared()) {
      throw new IllegalStateException("nothing stands beside " + value + " " + unit);
    }
    return value / other;
  }
}
