package dev.ingest.core.engine;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many runs of a backfill may be under way so that live traffic comes first.
 *
 * <p>Live traffic is behind when more of it waits than did at its best in the last five to ten
 * minutes: what has been stuck for longer, which may be what the backfill is for, does not count.
 * While it is behind by more than the backfill itself has under way, and more than {@value
 * #LEAST_BEHIND}, each look halves what is allowed, down to one; otherwise a look adds a tenth of
 * the whole. So the backfill yields within a few looks and comes back slower than it went.
 *
 * <p>In memory alone: whoever takes over begins with a tenth. For one thread.
 */
final class LiveTraffic {

  private static final long LEAST_BEHIND = 10;
  private static final long WINDOW = Duration.ofMinutes(5).toNanos();

  private final LongSupplier elapsed;
  private long windowBegan;
  private long least = Long.MAX_VALUE;
  private long leastBefore = Long.MAX_VALUE;
  private int allowed;

  LiveTraffic(LongSupplier elapsed) {
    this.elapsed = elapsed;
    this.windowBegan = elapsed.getAsLong();
  }

  /**
   * Looks at the traffic.
   *
   * @param waiting how many sequences are in flight that are not the backfill's, 0 or more
   * @param concurrency the most that the backfill may ever have under way, 1 or more
   * @return how many it may have now, 1 or more
   */
  int allowed(long waiting, int concurrency) {
    long now = elapsed.getAsLong();
    if (now - windowBegan >= WINDOW) {
      leastBefore = least;
      least = Long.MAX_VALUE;
      windowBegan = now;
    }
    least = Math.min(least, waiting);
    long behind = waiting - Math.min(least, leastBefore);
    int step = Math.max(1, concurrency / 10);
    allowed =
        behind > Math.max(LEAST_BEHIND, allowed)
            ? Math.max(1, allowed / 2)
            : Math.min(concurrency, allowed + step);
    return allowed;
  }
}
