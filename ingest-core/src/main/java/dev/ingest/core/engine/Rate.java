package dev.ingest.core.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how much is done per second on average, by monotonic time: what was not used of the last
 * {@value #BURST_SECONDS} seconds may be used at once, and no more. Not safe for use by several
 * threads.
 */
final class Rate {

  private static final int BURST_SECONDS = 10;
  private static final double MILLIS = 1_000;
  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long perSecond;
  private final LongSupplier elapsed;
  private double available;
  private long asOf;

  Rate(long perSecond, LongSupplier elapsed) {
    this.perSecond = perSecond;
    this.elapsed = elapsed;
    this.available = perSecond;
    this.asOf = elapsed.getAsLong();
  }

  /** Returns how much may be done now; less than 0 if more was used than was available. */
  long available() {
    long now = elapsed.getAsLong();
    double earned = Math.max(0, now - asOf) / SECOND * perSecond;
    available = Math.min((double) perSecond * BURST_SECONDS, available + earned);
    asOf = now;
    return (long) available;
  }

  /** Returns how long it takes until nothing is used that was not available; zero if so now. */
  Duration untilEarned() {
    available();
    return available >= 0
        ? Duration.ZERO
        : Duration.ofMillis((long) Math.ceil(-available / perSecond * MILLIS));
  }

  /** Uses some of what is available, or more than that. */
  void take(int amount) {
    available -= amount;
  }
}
