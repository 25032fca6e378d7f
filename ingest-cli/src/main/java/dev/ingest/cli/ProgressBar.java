package dev.ingest.cli;

/**
 * A line that shows how far long work is, drawn over itself on a terminal and not at all elsewhere.
 * Redrawn only when the shown percentage changes. Thread-safe.
 */
final class ProgressBar {

  private static final int WIDTH = 30;
  private static final String ERASE_LINE = "\u001b[K";

  private final Terminal terminal;
  private final boolean drawn;
  private final String unit;
  private long total;
  private long done;
  private int shown = -1;

  /**
   * Creates a bar.
   *
   * @param terminal where to draw
   * @param drawn whether to draw at all
   * @param unit what is counted, for example {@code bytes}
   * @param total how much there is to do
   */
  ProgressBar(Terminal terminal, boolean drawn, String unit, long total) {
    this.terminal = terminal;
    this.drawn = drawn;
    this.unit = unit;
    this.total = total;
  }

  synchronized void grow(long more) {
    total += more;
  }

  synchronized void advance(long more) {
    done += more;
    int percent = total <= 0 ? 100 : (int) Math.min(100, done * 100.0 / total);
    if (drawn && percent != shown) {
      shown = percent;
      int full = percent * WIDTH / 100;
      draw(
          "\r[%s%s] %3d%% %d of %d %s"
              .formatted("#".repeat(full), ".".repeat(WIDTH - full), percent, done, total, unit));
    }
  }

  /** Takes the bar away, so that the next line begins at the margin. */
  synchronized void clear() {
    if (drawn && shown >= 0) {
      shown = -1;
      draw("\r" + ERASE_LINE);
    }
  }

  private void draw(String line) {
    synchronized (terminal.out()) {
      terminal.out().print(line);
      terminal.out().flush();
    }
  }
}
