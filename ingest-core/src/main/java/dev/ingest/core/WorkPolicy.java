package dev.ingest.core;

import java.time.Duration;

/**
 * How stages are run.
 *
 * @param lease how long a lease runs without renewal, 100 ms to 36,500 days
 * @param maxAttempts how many attempts a stage has, 1 to 1,000
 * @param firstBackoff how long the first retry waits, above zero; doubled each time
 * @param longestBackoff the most that a retry waits, from {@code firstBackoff} to 36,500 days
 * @param parallelism how many sequences this node works on at a time, 1 to 1,000, and how many more
 *     it verifies; each counts from its claim until its commit and the news of it
 */
public record WorkPolicy(
    Duration lease,
    int maxAttempts,
    Duration firstBackoff,
    Duration longestBackoff,
    int parallelism) {

  /** A century: what has no limit can be reckoned with in nanoseconds all the same. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Leases of 30 s, 8 attempts, back-off from 1 s to 5 min, 4 sequences at a time. */
  public static final WorkPolicy DEFAULT =
      new WorkPolicy(Duration.ofSeconds(30), 8, Duration.ofSeconds(1), Duration.ofMinutes(5), 4);

  /**
   * Validates the bounds.
   *
   * @param lease how long a lease runs without renewal
   * @param maxAttempts how many attempts a stage has
   * @param firstBackoff how long the first retry waits
   * @param longestBackoff the most that a retry waits
   * @param parallelism how many sequences this node works on at a time
   */
  public WorkPolicy {
    if (lease.compareTo(Duration.ofMillis(100)) < 0
        || maxAttempts < 1
        || maxAttempts > 1_000
        || firstBackoff.isNegative()
        || firstBackoff.isZero()
        || longestBackoff.compareTo(firstBackoff) < 0
        || isTooLong(lease)
        || isTooLong(longestBackoff)
        || parallelism < 1
        || parallelism > 1_000) {
      throw new ConfigurationException(
          "a work policy needs a lease of at least 100 ms, 1 to 1,000 attempts, a first back-off"
              + " above zero and not above the longest, none of them above 36,500 days, and a"
              + " parallelism of 1 to 1,000; got lease="
              + "%s, maxAttempts=%d, firstBackoff=%s, longestBackoff=%s, parallelism=%d"
                  .formatted(lease, maxAttempts, firstBackoff, longestBackoff, parallelism));
    }
  }

  static boolean isTooLong(Duration time) {
    return time.compareTo(LONGEST) > 0;
  }

  /**
   * Copies with another lease time.
   *
   * @param changed the lease time
   * @return the copy
   */
  public WorkPolicy withLease(Duration changed) {
    return new WorkPolicy(changed, maxAttempts, firstBackoff, longestBackoff, parallelism);
  }

  /**
   * Copies with another parallelism.
   *
   * @param changed how many sequences at a time
   * @return the copy
   */
  public WorkPolicy withParallelism(int changed) {
    return new WorkPolicy(lease, maxAttempts, firstBackoff, longestBackoff, changed);
  }

  /**
   * Computes a capped exponential back-off with full jitter in its upper half.
   *
   * @param attempt the attempt that failed, 1 for the first
   * @param unit a random number from 0 to 1
   * @return between half of and the whole of {@code firstBackoff × 2^(attempt−1)}, capped
   */
  public Duration backoff(int attempt, double unit) {
    int doublings = Math.min(Math.max(attempt - 1, 0), 40);
    double millis =
        Math.min(
            firstBackoff.toMillis() * Math.pow(2, doublings), (double) longestBackoff.toMillis());
    return Duration.ofMillis((long) Math.max(1, millis / 2 + millis / 2 * unit));
  }
}
