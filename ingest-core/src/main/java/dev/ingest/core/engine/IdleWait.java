package dev.ingest.core.engine;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long a driver that found no work waits before it looks again: twice as long each time, up to
 * a bound, and from the beginning once something turned up. Each wait is drawn from the upper half
 * of its length, so that nodes do not look in step. For one thread.
 */
final class IdleWait {

  private final Duration first;
  private final Duration longest;
  private final DoubleSupplier random;
  private Duration next;

  /**
   * Creates a wait at its beginning.
   *
   * @param first the first wait
   * @param longest the bound
   * @param random numbers from 0 to 1
   */
  IdleWait(Duration first, Duration longest, DoubleSupplier random) {
    this.first = first.compareTo(longest) < 0 ? first : longest;
    this.longest = longest;
    this.random = random;
    this.next = this.first;
  }

  /** Something turned up, or was announced. */
  void reset() {
    next = first;
  }

  /** Nothing was found: returns how long to wait now. */
  Duration next() {
    Duration full = next;
    Duration doubled = full.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
    return full.dividedBy(2).plusNanos((long) (full.toNanos() / 2.0 * random.getAsDouble()));
  }
}
