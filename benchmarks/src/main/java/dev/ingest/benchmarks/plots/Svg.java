package dev.ingest.benchmarks.plots;

import java.util.Locale;

/**
 * A picture in SVG, written shape by shape: what plots and flame graphs need, and legible on a
 * light page and on a dark one. The libraries that draw SVG in Java are under licences that are not
 * allowed here, or bring a toolkit. Not safe for several threads.
 */
public final class Svg {

  private final StringBuilder shapes = new StringBuilder();
  private final int width;
  private final int height;

  /**
   * Begins a picture.
   *
   * @param width its width in pixels
   * @param height its height in pixels
   */
  public Svg(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** Where a text stands, seen from its point. */
  public enum Anchor {
    /** It begins there. */
    START,
    /** Its middle is there. */
    MIDDLE,
    /** It ends there. */
    END
  }

  /**
   * Adds a filled rectangle.
   *
   * @param x its left side
   * @param y its upper side
   * @param wide its width
   * @param high its height
   * @param colour a colour of CSS
   * @param told what is shown when it is pointed at; empty for nothing
   */
  public void rectangle(double x, double y, double wide, double high, String colour, String told) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">%s</rect>",
        x, y, wide, high, colour, told.isEmpty() ? "" : "<title>" + escaped(told) + "</title>");
  }

  /**
   * Adds a straight line.
   *
   * @param x1 where it begins
   * @param y1 where it begins
   * @param x2 where it ends
   * @param y2 where it ends
   * @param colour a colour of CSS
   */
  public void line(double x1, double y1, double x2, double y2, String colour) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
        x1, y1, x2, y2, colour);
  }

  /**
   * Adds a dot.
   *
   * @param x its middle
   * @param y its middle
   * @param colour a colour of CSS
   * @param told what is shown when it is pointed at
   */
  public void dot(double x, double y, String colour, String told) {
    add(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s</title></circle>",
        x, y, colour, escaped(told));
  }

  /**
   * Adds a text.
   *
   * @param x its point
   * @param y its base line
   * @param anchor where it stands from there
   * @param size the size of its letters in pixels
   * @param text the text
   */
  public void text(double x, double y, Anchor anchor, int size, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>",
        x, y, anchor.name().toLowerCase(Locale.ROOT), size, escaped(text));
  }

  private void add(String format, Object... values) {
    shapes.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** Returns the whole document. */
  @Override
  public String toString() {
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" font-family="sans-serif" fill="#1f2328">
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        %3$s</svg>
        """
        .formatted(width, height, shapes);
  }
}
