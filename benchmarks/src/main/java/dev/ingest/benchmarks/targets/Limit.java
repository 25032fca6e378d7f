package dev.ingest.benchmarks.targets;

import java.util.Locale;

/**
 * What a figure must be at least or at most: itself, or its ratio to the figure beside it.
 *
 * @param isRatio whether the ratio is meant
 * @param isLeast whether more is better
 * @param bound the least or the most, in the unit of the figure or as a ratio
 */
record Limit(boolean isRatio, boolean isLeast, double bound) {

  static Limit ratioAtLeast(double bound) {
    return new Limit(true, true, bound);
  }

  static Limit atLeast(double bound) {
    return new Limit(false, true, bound);
  }

  static Limit atMost(double bound) {
    return new Limit(false, false, bound);
  }

  /** What of a figure is compared with the bound. */
  double compared(Figure figure) {
    return isRatio ? figure.ratio() : figure.value();
  }

  boolean isReached(Figure figure) {
    double compared = compared(figure);
    return isLeast ? compared >= bound : compared <= bound;
  }

  /** Tells the limit, with the unit of the figure unless it is a ratio. */
  String text(String unit) {
    String number =
        bound == Math.rint(bound)
            ? String.format(Locale.ROOT, "%,.0f", bound)
            : String.valueOf(bound);
    String what = isRatio ? number + " ×" : (number + " " + unit).strip();
    return (isLeast ? "≥ " : "≤ ") + what;
  }

  /** Tells which part of the limit a figure is; nothing for a limit of 0. */
  String share(Figure figure) {
    return bound == 0 ? "" : String.format(Locale.ROOT, "%.2f", compared(figure) / bound);
  }
}
