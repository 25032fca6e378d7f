package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Whoever means that a time has no limit gets an answer where it is set, not where it is used. */
final class EndlessTimesTest {

  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final Duration CENTURY = Duration.ofDays(36_500);

  @Test
  void times_areACenturyAtMost() {
    WorkPolicy work = WorkPolicy.DEFAULT;
    IntakeLimits limits = IntakeLimits.DEFAULT;
    for (Duration time : new Duration[] {FOREVER, CENTURY.plusNanos(1)}) {
      refused(() -> work.withLease(time));
      refused(() -> new WorkPolicy(work.lease(), 8, work.firstBackoff(), time, 4));
      refused(
          () ->
              new IntakeLimits(
                  limits.maxItems(),
                  limits.maxItemBytes(),
                  limits.maxSequenceBytes(),
                  limits.quota(),
                  time));
      refused(() -> AuditPolicy.NEVER.withEvery(time));
      refused(() -> Ingest.builder().shutdownGrace(time).build());
      refused(() -> Ingest.builder().sweepGrace(time).build());
      refused(() -> Ingest.builder().longestPoll(time).build());
    }
    assertEquals(Optional.of(CENTURY), AuditPolicy.NEVER.withEvery(CENTURY).every());
    WorkPolicy slow = new WorkPolicy(CENTURY, 1_000, CENTURY, CENTURY, 4);
    assertEquals(CENTURY, slow.backoff(1_000, 1));
  }

  private static void refused(Executable set) {
    String said = String.valueOf(assertThrows(ConfigurationException.class, set).getMessage());
    assertTrue(said.contains("36,500 days"), said);
  }
}
