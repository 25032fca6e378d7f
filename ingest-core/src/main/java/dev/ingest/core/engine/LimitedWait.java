package dev.ingest.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A wait that is over at one moment, for however many things it waits, and that no interrupt cuts
 * short. Each method tells whether the thread was interrupted meanwhile, so that the caller
 * restores that at its end. For one thread.
 */
final class LimitedWait {

  private static final Logger LOG = LoggerFactory.getLogger(LimitedWait.class);

  private final Duration longest;
  private final long end;

  /**
   * Begins a wait.
   *
   * @param longest the most to wait, for all together
   */
  LimitedWait(Duration longest) {
    this.longest = longest;
    // A wait without a limit lasts as long as there are nanoseconds: 292 years.
    this.end = System.nanoTime() + Math.max(0, TimeUnit.NANOSECONDS.convert(longest));
  }

  /** Waits up to a time. */
  @FunctionalInterface
  interface Wait {

    /**
     * Waits.
     *
     * @param nanos the most to wait
     * @return whether what is waited for has come
     */
    boolean upTo(long nanos) throws InterruptedException;
  }

  /** Waits until a wait tells that what it is for has come. */
  boolean until(Wait wait) {
    boolean interrupted = false;
    for (long left = left(); left > 0; left = left()) {
      try {
        if (wait.upTo(left)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }

  /** Waits for a pool to end. */
  boolean end(ExecutorService pool) {
    return until(nanos -> pool.awaitTermination(nanos, TimeUnit.NANOSECONDS));
  }

  /** Waits for threads to end, but for the one that calls; warns of those that did not. */
  boolean end(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      if (thread != Thread.currentThread()) {
        interrupted |=
            until(
                nanos -> {
                  TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
                  return !thread.isAlive();
                });
        if (thread.isAlive()) {
          LOG.warn("{} did not stop within {}", thread.getName(), longest);
        }
      }
    }
    return interrupted;
  }

  private long left() {
    return end - System.nanoTime();
  }
}
