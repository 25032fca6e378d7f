package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How an idle driver's looks become rarer. */
final class IdleWaitTest {

  private static final Duration FIRST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofMillis(300);

  @Test
  void waits_doubleUpToTheLongest() {
    IdleWait wait = new IdleWait(FIRST, LONGEST, () -> 1.0);
    assertEquals(List.of(50L, 100L, 200L, 300L, 300L), millis(wait, 5));
  }

  @Test
  void whatTurnedUp_beginsAnew() {
    IdleWait wait = new IdleWait(FIRST, LONGEST, () -> 1.0);
    millis(wait, 3);
    wait.reset();
    assertEquals(List.of(50L, 100L), millis(wait, 2));
  }

  @Test
  void waits_areDrawnFromTheirUpperHalf() {
    assertEquals(List.of(25L, 50L, 100L, 150L), millis(new IdleWait(FIRST, LONGEST, () -> 0), 4));
    assertEquals(List.of(37L, 75L, 150L), millis(new IdleWait(FIRST, LONGEST, () -> 0.5), 3));
  }

  @Test
  void boundBelowTheFirst_boundsTheFirstToo() {
    IdleWait wait = new IdleWait(FIRST, Duration.ofMillis(10), () -> 1.0);
    assertEquals(List.of(10L, 10L), millis(wait, 2));
  }

  private static List<Long> millis(IdleWait wait, int times) {
    return IntStream.range(0, times).mapToObj(i -> wait.next().toMillis()).toList();
  }
}
