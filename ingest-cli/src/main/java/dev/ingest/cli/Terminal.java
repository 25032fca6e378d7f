package dev.ingest.cli;

import dev.ingest.core.text.PlainText;
import dev.ingest.spi.InvalidValueException;
import java.io.PrintStream;

/**
 * Where a command prints: results on one stream, what needs attention on the other. Lines are
 * flushed one by one, so that what was printed stays printed when the process is killed.
 * Thread-safe.
 *
 * @param out results
 * @param err errors and what needs a person
 * @param interactive whether a person is looking at {@code out}
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {

  /** Prints lines of a result, all or none with one write. */
  void say(String lines) {
    print(out, lines);
  }

  /** Prints lines for a person. */
  void warn(String lines) {
    print(err, lines);
  }

  /** Draws on the output what moves the cursor on purpose; the text in it was made safe before. */
  void draw(String screen) {
    synchronized (out) {
      out.print(screen);
      out.flush();
    }
  }

  private static void print(PrintStream stream, String lines) {
    synchronized (stream) {
      stream.print(safe(lines) + "\n");
      stream.flush();
    }
  }

  /**
   * Shows a text from outside, such as an item's name.
   *
   * @return the text in quotes, in printable ASCII
   */
  static String quoted(Object text) {
    return "\"" + InvalidValueException.escape(text.toString()) + "\"";
  }

  /** Replaces what could move the cursor, colour or reorder the text; line feeds stay. */
  static String safe(String lines) {
    StringBuilder safe = new StringBuilder(lines.length());
    lines
        .codePoints()
        .forEach(
            c -> {
              if (c == '\n' || PlainText.isVisible(c)) {
                safe.appendCodePoint(c);
              } else {
                safe.append(String.format("\\u%04x", c));
              }
            });
    return safe.toString();
  }

  /** Replaces the same, and line feeds, so that a text of several lines cannot forge others. */
  static String line(String text) {
    return safe(text).replace("\n", "\\u000a");
  }
}
