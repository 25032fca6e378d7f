package dev.ingest.benchmarks.plots;

import java.util.List;

/**
 * One line of a plot.
 *
 * @param name what it shows
 * @param points its figures, in ascending order of {@code x}
 */
public record Curve(String name, List<Point> points) {

  /**
   * One measurement.
   *
   * @param x what was varied
   * @param y what was measured
   */
  public record Point(double x, double y) {}

  /** Keeps its own list. */
  public Curve {
    points = List.copyOf(points);
  }
}
