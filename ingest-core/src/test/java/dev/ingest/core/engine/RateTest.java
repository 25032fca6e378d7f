package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much may be done at once, and when more. */
final class RateTest {

  private long elapsed = 7;
  private final Rate rate = new Rate(4, () -> elapsed);

  private void pass(long millis) {
    elapsed += Duration.ofMillis(millis).toNanos();
  }

  @Test
  void whatIsEarned_isBoundedByTenSeconds() {
    assertEquals(4, rate.available(), "a second's worth to begin with");
    pass(500);
    assertEquals(6, rate.available());
    pass(60_000);
    assertEquals(40, rate.available());
    rate.take(39);
    assertEquals(1, rate.available());
  }

  @Test
  void whatWasUsedAhead_isEarnedBeforeMoreIs() {
    rate.take(4);
    assertEquals(0, rate.available());
    assertEquals(Duration.ZERO, rate.untilEarned(), "nothing is owed");
    rate.take(2);
    assertEquals(-2, rate.available());
    assertEquals(Duration.ofMillis(500), rate.untilEarned());
    pass(300);
    assertEquals(Duration.ofMillis(200), rate.untilEarned());
    pass(200);
    assertEquals(Duration.ZERO, rate.untilEarned());
    assertEquals(0, rate.available());
  }

  @Test
  void clockThatGoesBack_takesNothingAway() {
    elapsed -= 1_000_000_000L;
    assertEquals(4, rate.available());
  }
}
