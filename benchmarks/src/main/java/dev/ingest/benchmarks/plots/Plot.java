package dev.ingest.benchmarks.plots;

import java.util.List;
import java.util.Locale;

/**
 * Curves over what was varied, by powers of ten.
 *
 * @param title what it shows
 * @param x what was varied, with its unit
 * @param y what was measured, with its unit
 * @param isLogarithmic whether {@code y} goes by powers of ten as well, else evenly from 0 on
 * @param curves one line each, at most as many as there are colours
 */
public record Plot(String title, String x, String y, boolean isLogarithmic, List<Curve> curves) {

  // Legible for those who do not tell red from green, after Okabe and Ito, "Color Universal
  // Design" (2008).
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00");

  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;
  private static final int LEFT = 80;
  private static final int RIGHT = 44;
  private static final int TOP = 60;
  private static final int BOTTOM = 60;
  private static final int LETTERS = 12;
  private static final int ROW = 16;
  private static final String GRID = "#d8dee4";

  /**
   * Refuses more curves than colours.
   *
   * @throws IllegalArgumentException if there are none, too many, or one has no point
   */
  public Plot {
    curves = List.copyOf(curves);
    if (curves.isEmpty() || curves.size() > COLOURS.size()) {
      throw new IllegalArgumentException(
          "1 to " + COLOURS.size() + " curves, found " + curves.size());
    }
    for (Curve curve : curves) {
      if (curve.points().isEmpty()) {
        throw new IllegalArgumentException("no point of " + curve.name());
      }
    }
  }

  /**
   * Draws it.
   *
   * @return a document in SVG
   */
  public String svg() {
    Svg svg = new Svg(WIDTH, HEIGHT + ROW * curves.size());
    Scale across = Scale.of(true, all(true), LEFT, WIDTH - RIGHT);
    Scale up = Scale.of(isLogarithmic, all(false), HEIGHT - BOTTOM, TOP);
    svg.text(LEFT, TOP - 34.0, Svg.Anchor.START, 15, title);
    svg.text(LEFT, TOP - 14.0, Svg.Anchor.START, LETTERS, y);
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 20.0, Svg.Anchor.MIDDLE, LETTERS, x);
    grid(svg, across, up);
    for (int i = 0; i < curves.size(); i++) {
      draw(svg, across, up, curves.get(i), COLOURS.get(i));
      double legend = HEIGHT + ROW * (double) i;
      svg.rectangle(LEFT, legend - 9, 10, 10, COLOURS.get(i), "");
      svg.text(LEFT + 16.0, legend, Svg.Anchor.START, LETTERS, curves.get(i).name());
    }
    return svg.toString();
  }

  private List<Double> all(boolean isAcross) {
    return curves.stream()
        .flatMap(curve -> curve.points().stream())
        .map(point -> isAcross ? point.x() : point.y())
        .toList();
  }

  private static void grid(Svg svg, Scale across, Scale up) {
    for (double mark : across.marks()) {
      double at = across.pixel(mark);
      svg.line(at, TOP, at, HEIGHT - BOTTOM, GRID);
      svg.text(at, HEIGHT - BOTTOM + 18.0, Svg.Anchor.MIDDLE, LETTERS, number(mark));
    }
    for (double mark : up.marks()) {
      double at = up.pixel(mark);
      svg.line(LEFT, at, WIDTH - RIGHT, at, GRID);
      svg.text(LEFT - 8.0, at + 4, Svg.Anchor.END, LETTERS, number(mark));
    }
  }

  private static void draw(Svg svg, Scale across, Scale up, Curve curve, String colour) {
    Curve.Point before = curve.points().get(0);
    for (Curve.Point point : curve.points()) {
      svg.line(
          across.pixel(before.x()),
          up.pixel(before.y()),
          across.pixel(point.x()),
          up.pixel(point.y()),
          colour);
      before = point;
    }
    for (Curve.Point point : curve.points()) {
      svg.dot(
          across.pixel(point.x()),
          up.pixel(point.y()),
          colour,
          curve.name() + ": " + number(point.y()) + " at " + number(point.x()));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.3g", value);
  }
}
