package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RunningTimeTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  private final ManualTime source = new ManualTime(START);
  private final RunningTime time = new RunningTime(source);

  @Test
  void sourceThatGoesOn_isFollowedFromWhereItWasPut() {
    time.advance(Duration.ofHours(2));
    source.advance(Duration.ofSeconds(3));
    time.advance(Duration.ofHours(1));

    assertEquals(START.plusSeconds(3 * 3600 + 3), time.instant());
  }

  @Test
  void backwards_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> time.advance(Duration.ofSeconds(-1)));

    assertEquals(START, time.instant());
  }
}
