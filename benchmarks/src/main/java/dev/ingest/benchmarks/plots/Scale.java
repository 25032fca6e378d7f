package dev.ingest.benchmarks.plots;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps figures to pixels along one side of a plot: evenly from 0 on, or by powers of ten.
 *
 * @param isLogarithmic whether by powers of ten
 * @param least the figure at the beginning
 * @param most the figure at the end, more than {@code least}
 * @param from the pixel of {@code least}
 * @param to the pixel of {@code most}
 */
record Scale(boolean isLogarithmic, double least, double most, double from, double to) {

  private static final int STEPS = 5;
  private static final double[] ROUND = {1, 2, 2.5, 5, 10};

  /**
   * Chooses bounds that are round and hold all figures.
   *
   * @throws IllegalArgumentException if there are none, or one is not above 0 for powers of ten, or
   *     below 0
   */
  static Scale of(boolean isLogarithmic, List<Double> figures, double from, double to) {
    double most = figures.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    double least = figures.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    if (!Double.isFinite(most) || least < 0 || (isLogarithmic && least == 0)) {
      throw new IllegalArgumentException("no such scale for " + figures);
    }
    if (!isLogarithmic) {
      double step = step(most);
      return new Scale(false, 0, Math.max(step, Math.ceil(most / step) * step), from, to);
    }
    double low = Math.floor(Math.log10(least));
    double high = Math.max(low + 1, Math.ceil(Math.log10(most)));
    return new Scale(true, Math.pow(10, low), Math.pow(10, high), from, to);
  }

  double pixel(double figure) {
    double part =
        isLogarithmic
            ? Math.log10(figure / least) / Math.log10(most / least)
            : (figure - least) / (most - least);
    return from + part * (to - from);
  }

  /** The figures that are written beside it. */
  List<Double> marks() {
    List<Double> marks = new ArrayList<>();
    if (isLogarithmic) {
      for (double mark = least; mark <= most * 1.001; mark *= 10) {
        marks.add(mark);
      }
    } else {
      double step = step(most);
      for (int i = 0; i * step <= most * 1.001; i++) {
        marks.add(i * step);
      }
    }
    return marks;
  }

  private static double step(double most) {
    if (most <= 0) {
      return 1;
    }
    double rough = most / STEPS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double round : ROUND) {
      if (round * power >= rough * 0.999) {
        return round * power;
      }
    }
    return 10 * power;
  }
}
