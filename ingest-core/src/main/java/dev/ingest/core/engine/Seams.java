package dev.ingest.core.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The only ways by which time, randomness and threads enter the engine.
 *
 * @param clock paces ticks and local lease time; the ledger judges everything else
 * @param randomBits 64 random bits at a call; thread-safe
 * @param tasks runs stages and verifications
 * @param pause waits between attempts
 * @param digests computes digests beside the storing of large bodies
 */
public record Seams(
    InstantSource clock, LongSupplier randomBits, Executor tasks, Pause pause, Executor digests) {

  /**
   * Makes seams that digest on the thread that stores.
   *
   * @param clock paces ticks and local lease time
   * @param randomBits 64 random bits at a call
   * @param tasks runs stages and verifications
   * @param pause waits between attempts
   */
  public Seams(InstantSource clock, LongSupplier randomBits, Executor tasks, Pause pause) {
    this(clock, randomBits, tasks, pause, Runnable::run);
  }

  /** Waits. */
  @FunctionalInterface
  public interface Pause {

    /**
     * Waits for a time.
     *
     * @param time how long
     * @return false if the engine is stopping and the wait was cut short
     */
    boolean await(Duration time);
  }

  /**
   * Draws a number.
   *
   * @return from 0 (inclusive) to 1 (exclusive)
   */
  double unit() {
    return (randomBits.getAsLong() >>> 11) * 0x1.0p-53;
  }
}
