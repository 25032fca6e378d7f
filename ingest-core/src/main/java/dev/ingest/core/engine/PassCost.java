package dev.ingest.core.engine;

import java.time.Duration;

/**
 * What a pass over a ledger cost, as far as that can be told from the time it took.
 *
 * <p>A node that stands still within a call has cost nobody anything meanwhile, and no clock tells
 * that from a ledger that answers slowly. But a node stands still in one step and goes on, while a
 * ledger that is slow is slow in all steps, or in the same one of the next pass. So the longest
 * step counts no more than the one that comes after it in length, or than the longest of the pass
 * before; and none counts more than {@link #LONGEST_STEP}. For one thread.
 */
final class PassCost {

  /** What counts for a step in any case. */
  static final Duration USUAL_STEP = Duration.ofSeconds(2);

  /** The most that counts for a step. */
  static final Duration LONGEST_STEP = Duration.ofSeconds(30);

  private final long longestBefore;
  private long begun;
  private long total;
  private long longest;
  private long second;

  private PassCost(long longestBefore, long begun) {
    this.longestBefore = longestBefore;
    this.begun = begun;
  }

  /**
   * Begins the first pass.
   *
   * @param now the monotonic time
   */
  static PassCost first(long now) {
    return new PassCost(0, now);
  }

  /**
   * Begins the pass after this one.
   *
   * @param now the monotonic time
   */
  PassCost next(long now) {
    return new PassCost(longest, now);
  }

  /**
   * Ends a step, and begins the next.
   *
   * @param now the monotonic time
   */
  void stepEnds(long now) {
    long took = Math.min(now - begun, LONGEST_STEP.toNanos());
    begun = now;
    total += took;
    second = Math.max(second, Math.min(longest, took));
    longest = Math.max(longest, took);
  }

  /** Returns what counts for the steps that have ended, in nanoseconds. */
  long nanos() {
    long most = Math.max(USUAL_STEP.toNanos(), Math.max(second, longestBefore));
    return total - Math.max(0, longest - most);
  }
}
