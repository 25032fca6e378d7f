package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Confirmation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class ClockGuardTest {

  private static final Duration GRACE = Duration.ofHours(24);
  private static final Act CAROL = new Act("carol", "compared with two other clocks");

  private final ManualTime ledgerTime = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
  private final InMemoryLedger ledger = new InMemoryLedger(ledgerTime, IncarnationId.ofBits(1, 2));
  private long elapsed = 5_000_000_000L;
  private ClockGuard guard = newGuard();

  private ClockGuard newGuard() {
    return new ClockGuard(node(), GRACE);
  }

  private Node node() {
    return node(ledger);
  }

  private Node node(LedgerStore store) {
    return new Node(
        new Node.Identity(new NodeId("node"), "v1"),
        store,
        new InMemoryContent().access().store(),
        List.of(),
        new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
        new Seams(
            ledgerTime,
            new SplittableRandom(1)::nextLong,
            Runnable::run,
            wait -> true,
            Runnable::run,
            Seams.Commits.INLINE,
            () -> elapsed));
  }

  /** Lets time pass as it does where all clocks are right. */
  private void pass(Duration time) {
    ledgerTime.advance(time);
    elapsed += time.toNanos();
  }

  private boolean isBelieved() {
    return guard.look().isBelieved();
  }

  @Test
  void clocksThatAgree_areBelievedForEver() {
    for (int i = 0; i < 10_000; i++) {
      pass(Duration.ofMinutes(1));
      assertTrue(isBelieved());
    }
  }

  @Test
  void aJump_isNotBelievedUntilTheClockIsBack() {
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofDays(30));
    assertFalse(isBelieved());
    pass(Duration.ofMinutes(5));
    assertFalse(isBelieved());
    ledgerTime.advance(Duration.ofDays(-30));
    assertTrue(isBelieved());
  }

  @Test
  void aJumpWhileNoNodeRuns_isNotBelievedByTheNext() {
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofDays(30));
    guard = newGuard();
    assertFalse(isBelieved());
    assertTrue(guard.look().doubt().orElseThrow().contains("were not measured"));
  }

  @Test
  void pausesOfAllNodes_addUpToTheGraceAndNoFurther() {
    assertTrue(isBelieved());
    for (int day = 0; day < 3; day++) {
      ledgerTime.advance(Duration.ofHours(8));
      guard = newGuard();
      assertTrue(isBelieved(), "8 hours each, 24 in all");
      pass(Duration.ofHours(16));
      assertTrue(isBelieved());
    }
    ledgerTime.advance(Duration.ofMinutes(1));
    guard = newGuard();
    assertFalse(isBelieved());
  }

  @Test
  void aClockThatRunsFast_isNotBelievedBeforeItIsAheadByMoreThanTheGrace() {
    assertTrue(isBelieved());
    Duration ahead = Duration.ZERO;
    while (isBelieved()) {
      pass(Duration.ofMinutes(10));
      ledgerTime.advance(Duration.ofMinutes(1));
      ahead = ahead.plusMinutes(1);
    }
    assertTrue(ahead.compareTo(GRACE.plusMinutes(20)) <= 0, ahead::toString);
  }

  @Test
  void aClockSetBack_isNotBelievedUntilItHasCaughtUp() {
    assertTrue(isBelieved());
    pass(Duration.ofHours(2));
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofHours(-1));
    assertFalse(isBelieved());
    pass(Duration.ofMinutes(59));
    assertFalse(isBelieved());
    pass(Duration.ofMinutes(2));
    assertTrue(isBelieved());
  }

  @Test
  void aFrozenClock_isNotBelievedAsLongAsItStandsStill() {
    assertTrue(isBelieved());
    elapsed += Duration.ofMinutes(1).toNanos();
    assertFalse(isBelieved());
    elapsed += Duration.ofSeconds(1).toNanos();
    assertFalse(isBelieved(), "no new window has passed");
    elapsed += Duration.ofMinutes(1).toNanos();
    assertFalse(isBelieved());
    pass(Duration.ofMinutes(1));
    assertTrue(isBelieved());
  }

  @Test
  void confirmation_makesTheTimeBelieved() {
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofDays(30));
    assertFalse(isBelieved());
    assertEquals(ledgerTime.instant(), newGuard().confirm(CAROL));
    assertTrue(isBelieved());
    pass(Duration.ofHours(1));
    assertTrue(isBelieved());
    RecordBody body = RecordBody.parse(ledger.controls().read(ClockGuard.KEY).orElseThrow());
    assertTrue(body.time("ledger").isAfter(Instant.parse("2026-03-31T00:00:00Z")));
  }

  @Test
  void confirmation_isKeptAfterLaterLooks() {
    assertTrue(isBelieved());
    Instant confirmed = newGuard().confirm(CAROL);
    for (int look = 0; look < 10; look++) {
      pass(Duration.ofHours(1));
      assertTrue(isBelieved());
    }
    Confirmation kept = new Confirmations(ledger).latest(1).get(0);
    assertEquals(confirmed.toString(), kept.confirmed());
    assertEquals(CAROL, new Act(kept.actor(), kept.reason()));
  }

  @Test
  void confirmationOfWhichNothingIsKnown_saysSo() {
    ControlsOf unknown = new ControlsOf(ledger, written -> new Outcome.Unknown(new Exception()));
    assertThrows(
        OutcomeUnknownException.class, () -> new ClockGuard(node(unknown), GRACE).confirm(CAROL));
  }

  @Test
  void incarnationRecordOfWhichNothingIsKnown_isADoubt() {
    ControlsOf unknown = new ControlsOf(ledger, written -> new Outcome.Unknown(new Exception()));
    assertTrue(new KnownIncarnation(node(unknown)).doubt().isPresent());
    assertThrows(
        OutcomeUnknownException.class,
        () -> new KnownIncarnation(node(unknown)).confirm(CAROL, ledger.incarnation(), 0));
    assertEquals(Optional.empty(), new KnownIncarnation(node()).doubt());
    assertEquals(Optional.empty(), new KnownIncarnation(node(unknown)).doubt());
  }

  /** Whatever the clock does, what is believed is never ahead of the true time by more. */
  @RepeatedTest(200)
  void anyClock_isNeverBelievedAheadOfTheTrueTimeByMoreThanTheGrace(RepetitionInfo repetition) {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    Duration ahead = Duration.ZERO;
    assertTrue(isBelieved());
    for (int step = 0; step < 300; step++) {
      Duration passed = Duration.ofSeconds(random.nextInt(4_000));
      switch (random.nextInt(6)) {
        case 0 -> {
          Duration jump = Duration.ofMinutes(random.nextInt(-600, 900));
          ledgerTime.advance(jump);
          ahead = ahead.plus(jump);
        }
        case 1 -> {
          elapsed = random.nextLong(1L << 40);
          guard = newGuard();
          ledgerTime.advance(passed);
        }
        case 2 -> {
          elapsed += passed.toNanos();
          ahead = ahead.minus(passed);
        }
        default -> pass(passed);
      }
      if (isBelieved()) {
        assertTrue(ahead.compareTo(GRACE.plusSeconds(10)) <= 0, ahead + " at step " + step);
      }
    }
  }
}
