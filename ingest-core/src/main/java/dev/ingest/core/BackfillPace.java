package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * How fast a backfill runs beside live traffic. Both bounds are upper ones: while live traffic
 * piles up, fewer are under way, down to one.
 *
 * @param perSecond the most runs that are started in a second on average, 1 to {@value
 *     #MAX_PER_SECOND}; what was not used of the last 10 s may be used at once
 * @param concurrency the most runs that are started and have not ended, on all nodes together, 1 to
 *     {@value #MAX_CONCURRENCY}: against the nodes' parallelism in sum it is the share of the work
 *     that the backfill can take from live traffic
 */
public record BackfillPace(int perSecond, int concurrency) {

  /** The most runs per second. */
  public static final int MAX_PER_SECOND = 10_000;

  /** The most runs at a time. */
  public static final int MAX_CONCURRENCY = 1_000;

  /** 50 runs per second, 8 at a time. */
  public static final BackfillPace DEFAULT = new BackfillPace(50, 8);

  /**
   * Validates the bounds.
   *
   * @param perSecond the most runs that are started in a second
   * @param concurrency the most runs that are under way
   */
  public BackfillPace {
    if (perSecond < 1
        || perSecond > MAX_PER_SECOND
        || concurrency < 1
        || concurrency > MAX_CONCURRENCY) {
      throw new InvalidValueException(
          Kind.NUMBER,
          perSecond + " per second, " + concurrency + " at a time",
          "a backfill starts 1 to %,d runs a second, of which 1 to %,d are under way"
              .formatted(MAX_PER_SECOND, MAX_CONCURRENCY));
    }
  }
}
