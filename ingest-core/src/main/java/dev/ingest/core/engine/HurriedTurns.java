package dev.ingest.core.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The turns of a driver, for whoever waits for what one does: how many have done anything, when the
 * last began that did nothing, and how to have the next one come at once. Thread-safe.
 */
final class HurriedTurns {

  private final LongSupplier elapsed;
  private final Semaphore now = new Semaphore(0);
  private volatile long fruitful;
  private volatile long fruitlessSince;

  HurriedTurns(LongSupplier elapsed) {
    this.elapsed = elapsed;
    this.fruitlessSince = Long.MIN_VALUE;
  }

  /**
   * Takes a turn, and waits after one that did nothing. For one thread.
   *
   * @param period how long, unless it is hurried
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // of one thread
  Duration take(IntSupplier turn, Duration period) {
    long begun = elapsed.getAsLong();
    if (turn.getAsInt() > 0) {
      fruitful++;
    } else {
      fruitlessSince = begun;
      ClaimTurn.isSignalled(now, period.toNanos());
    }
    return Duration.ZERO;
  }

  /** Has the next turn come at once, after the one that is under way. */
  void hurry() {
    ClaimTurn.signal(now);
  }

  /** Counts the turns that did anything. */
  long fruitful() {
    return fruitful;
  }

  /** Tells whether a turn has ended that did nothing, and began no earlier than that. */
  boolean isFruitlessSince(long time) {
    long since = fruitlessSince;
    return since != Long.MIN_VALUE && since - time >= 0;
  }
}
