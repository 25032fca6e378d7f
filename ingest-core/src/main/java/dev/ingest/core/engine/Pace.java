package dev.ingest.core.engine;

import java.time.Duration;

/**
 * Reads at a bounded rate: after each piece it waits until that has been earned. Each item counts
 * for {@value #ITEM_BYTES} bytes more, since asking for it costs the store as well. For one thread.
 */
final class Pace implements Examiner.Meter {

  private static final int ITEM_BYTES = 1 << 14;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final Rate rate;
  private final Seams.Pause pause;
  private final Runnable goOn;
  private long bytes;

  /**
   * Creates a pace.
   *
   * @param bytesPerSecond how much is read in a second on average
   * @param seams monotonic time and waiting
   * @param goOn called between waits; throws to end the reading
   */
  Pace(long bytesPerSecond, Seams seams, Runnable goOn) {
    this.rate = new Rate(bytesPerSecond, seams.elapsed());
    this.pause = seams.pause();
    this.goOn = goOn;
  }

  /** Returns how many bytes were read so far. */
  long bytes() {
    return bytes;
  }

  @Override
  public void betweenItems() {
    take(ITEM_BYTES);
  }

  @Override
  public void read(int count) {
    bytes += count;
    take(count);
  }

  private void take(int count) {
    rate.take(count);
    goOn.run();
    for (Duration wait = rate.untilEarned(); !wait.isZero(); wait = rate.untilEarned()) {
      if (!pause.await(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT)) {
        throw IncompleteTickException.stopping();
      }
      goOn.run();
    }
  }
}
