package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import dev.ingest.spi.ledger.ControlRecord;
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
    String doubt = guard.look().doubt().orElseThrow();
    assertTrue(doubt.contains("as at restarts, have added up"), doubt);
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
  void confirmationThatIsOvertaken_isRefused() {
    assertTrue(isBelieved());
    ControlsOf overtaken =
        new ControlsOf(
            ledger,
            written ->
                written.key().equals(ClockGuard.KEY)
                    ? Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v2")
                    : ledger.controls().write(written));
    assertThrows(
        IllegalStateException.class, () -> new ClockGuard(node(overtaken), GRACE).confirm(CAROL));
    assertEquals(1, kept().version());
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

  private static final Duration MILLI = Duration.ofMillis(1);

  private ControlRecord kept() {
    return ledger.controls().read(ClockGuard.KEY).orElseThrow();
  }

  private Duration unmeasured() {
    return Duration.ofMillis(RecordBody.parse(kept()).number("unmeasured"));
  }

  private static String doubt(ClockGuard.Look look) {
    assertFalse(look.isBelieved());
    return look.doubt().orElseThrow();
  }

  @Test
  void looksWithinASecond_areOne() {
    ClockGuard.Look first = guard.recent();
    pass(Duration.ofMillis(999));
    assertSame(first, guard.recent());
    pass(MILLI);
    ClockGuard.Look next = guard.recent();
    assertEquals(ledgerTime.instant(), next.time());
    assertSame(next, guard.recent());
  }

  @Test
  void lookThatIsADoubt_isReliedOnForASecondToo() {
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofDays(30));
    ClockGuard.Look doubtful = guard.look();
    ledgerTime.advance(Duration.ofDays(-30));
    assertSame(doubtful, guard.recent());
    pass(Duration.ofSeconds(1));
    assertTrue(guard.recent().isBelieved());
  }

  @Test
  void clockBehindByMoreThanTwoSeconds_wasSetBack() {
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofSeconds(-2));
    assertTrue(isBelieved());
    ledgerTime.advance(MILLI.negated());
    assertTrue(doubt(guard.look()).contains("it was set back"));
  }

  @Test
  void clockThatAdvancesTooLittle_standsStill() {
    for (int millis : new int[] {52_000, 51_999}) {
      guard = newGuard();
      assertTrue(isBelieved());
      elapsed += Duration.ofSeconds(60).toNanos();
      ledgerTime.advance(Duration.ofMillis(millis));
      assertEquals(millis == 52_000, isBelieved(), "a tenth and two seconds are allowed");
    }
    assertTrue(
        doubt(guard.look())
            .endsWith("it advanced PT51.999S while PT1M passed here: it stands still"));
  }

  @Test
  void clockThatStandsStill_isJudgedAnewAfterTenSeconds() {
    assertTrue(isBelieved());
    elapsed += Duration.ofSeconds(60).toNanos();
    assertFalse(isBelieved());
    pass(Duration.ofSeconds(10).minus(MILLI));
    assertFalse(isBelieved());
    pass(MILLI);
    assertTrue(isBelieved(), "counted from when it was found to stand still");
  }

  @Test
  void whatTheLedgersTimeIsAheadOfTheMeasured_isAddedUp() {
    assertTrue(isBelieved());
    assertEquals(Duration.ZERO, unmeasured());
    pass(Duration.ofSeconds(1_000));
    ledgerTime.advance(Duration.ofSeconds(10));
    ClockGuard.Look look = guard.look();
    Duration first = Duration.ofMillis(10_000 - 1_000 - 1);
    assertEquals(first, unmeasured(), "less a thousandth, and a millisecond");
    assertEquals(first, look.clocks().unmeasured());
    pass(Duration.ofSeconds(1_000));
    assertEquals(first, guard.look().clocks().unmeasured(), "nothing is taken off again");
    ledgerTime.advance(Duration.ofMinutes(1));
    guard = newGuard();
    assertEquals(first.plusMinutes(1), guard.look().clocks().unmeasured());
    pass(Duration.ofSeconds(1));
    assertEquals(first.plusMinutes(1), guard.look().clocks().unmeasured());
  }

  @Test
  void looksWithinTenSeconds_writeNothing() {
    assertTrue(isBelieved());
    pass(Duration.ofSeconds(10).minus(MILLI));
    assertTrue(isBelieved());
    assertEquals(1, kept().version());
    pass(MILLI);
    assertTrue(isBelieved());
    assertEquals(2, kept().version());
    assertEquals(ledgerTime.instant(), RecordBody.parse(kept()).time("ledger"));
  }

  @Test
  void smallJumpWithinTenSeconds_isKeptAtOnce() {
    assertTrue(isBelieved());
    pass(Duration.ofSeconds(1));
    ledgerTime.advance(Duration.ofMillis(2));
    assertTrue(isBelieved());
    assertEquals(2, kept().version());
    pass(Duration.ofSeconds(1));
    ledgerTime.advance(Duration.ofMillis(2));
    assertTrue(isBelieved(), "the tolerance of each look would add up");
    assertEquals(Duration.ZERO, unmeasured());
    assertEquals(3, kept().version());
  }

  @Test
  void nodesThatLookAtOneTime_doNotBelieveBoth() {
    assertTrue(isBelieved());
    pass(Duration.ofMinutes(1));
    ControlsOf overtaken =
        new ControlsOf(ledger, written -> Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v2"));
    ClockGuard other = new ClockGuard(node(overtaken), GRACE);
    String doubt = doubt(other.look());
    assertTrue(doubt.contains("another node looked at it at the same time"), doubt);
    assertTrue(
        doubt.startsWith("the time " + ledgerTime.instant() + " of " + ledger.name()), doubt);
    assertEquals(1, kept().version());
  }

  @Test
  void timeFromWhichAGraceIsCounted_isTheLaterOfTheLedgersAndTheBelieved() {
    Instant began = ledgerTime.instant();
    assertEquals(began, ClockGuard.latest(node()), "none is believed yet");
    assertTrue(isBelieved());
    ledgerTime.advance(Duration.ofHours(-1));
    assertEquals(began, ClockGuard.latest(node()));
    ledgerTime.advance(Duration.ofHours(3));
    assertEquals(ledgerTime.instant(), ClockGuard.latest(node()));
  }

  @Test
  void timeThatNobodyBelievedForFiveMinutes_isDisbelievedByTheOthers() {
    assertEquals(Optional.empty(), ClockGuard.disbelief(node()));
    assertTrue(isBelieved());
    Instant believed = ledgerTime.instant();
    ledgerTime.advance(Duration.ofMinutes(5));
    assertEquals(Optional.empty(), ClockGuard.disbelief(node()));
    ledgerTime.advance(MILLI);
    String why = ClockGuard.disbelief(node()).orElseThrow();
    assertTrue(why.endsWith("is not believed: the last that was is " + believed), why);
  }

  @Test
  void firstTime_isKeptOnceAndBeforeAnythingElse() {
    Instant began = ledgerTime.instant();
    ClockGuard.begin(node());
    assertEquals(began, RecordBody.parse(kept()).time("ledger"));
    assertEquals(Duration.ZERO, unmeasured());
    ledgerTime.advance(Duration.ofDays(30));
    ClockGuard.begin(node());
    assertEquals(1, kept().version());
    assertFalse(isBelieved(), "the jump between then and the first look");
  }

  @Test
  void firstTimeOfWhichNothingIsKnown_saysSo() {
    ControlsOf unknown = new ControlsOf(ledger, written -> new Outcome.Unknown(new Exception()));
    assertThrows(IncompleteTickException.class, () -> ClockGuard.begin(node(unknown)));
    ControlsOf overtaken =
        new ControlsOf(ledger, written -> Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v1"));
    ClockGuard.begin(node(overtaken));
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
