package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a backfill yields to live traffic. */
final class LiveTrafficTest {

  private static final int CONCURRENCY = 40;

  private long now;
  private final LiveTraffic live = new LiveTraffic(() -> now);

  private int look(long waiting) {
    now += Duration.ofSeconds(1).toNanos();
    return live.allowed(waiting, CONCURRENCY);
  }

  @Test
  void nothingElse_reachesTheWholeStepByStep() {
    int allowed = look(0);
    assertEquals(4, allowed);
    for (int look = 0; look < 20; look++) {
      allowed = look(0);
    }
    assertEquals(CONCURRENCY, allowed);
  }

  @Test
  void trafficThatPilesUp_halvesDownToOneAndLetsItComeBackAfterwards() {
    for (int look = 0; look < 20; look++) {
      look(5);
    }
    assertEquals(20, look(500));
    assertEquals(10, look(500));
    for (int look = 0; look < 10; look++) {
      assertTrue(look(500) >= 1);
    }
    assertEquals(1, look(500));
    assertEquals(5, look(5));
  }

  @Test
  void whatHasBeenStuckForLong_doesNotCount() {
    int allowed = 0;
    for (int second = 0; second < 20; second++) {
      allowed = look(100_000);
    }
    assertEquals(CONCURRENCY, allowed);
    // A pile that stays is the new measure after ten minutes at the latest.
    look(200_000);
    for (int second = 0; second < 660; second++) {
      allowed = look(200_000);
    }
    assertEquals(CONCURRENCY, allowed);
  }
}
