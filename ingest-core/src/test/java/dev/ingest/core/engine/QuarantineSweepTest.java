package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Repair;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultInjector;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What was set aside: deleted late, released, or kept in doubt. */
final class QuarantineSweepTest extends QuarantineFixture {

  @Test
  void whatGrewSince_isReportedAndReleased() {
    care.verified(RIDE);
    ContentKey orphan = plant(session(RIDE), "0000000").get(0);
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    bench.content.truncate(orphan, 1);
    assertFalse(audit().isClean(), "it is not what was set aside");
    bench.time.advance(GRACE);
    tick(expirer);
    assertThere(List.of(orphan));
    assertEquals(List.of(), aside());
    assertTrue(care.alerts().contains("QUARANTINE_RELEASED"));
  }

  @Test
  void moreThanAPageOfRecords_endsInOneTick() {
    List<ContentKey> orphans = new ArrayList<>();
    for (int i = 0; i <= Quarantine.PAGE; i++) {
      orphans.addAll(plant(session(SequenceKey.of("bob", "ghost-" + i)), "0000000"));
    }
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(orphans.size());
    bench.time.advance(GRACE);
    expirer.tick();
    assertGone(orphans);
    assertEquals(List.of(), aside());
  }

  @Test
  void deletionOfWhichNothingIsKnown_leavesTheRecord() {
    List<ContentKey> orphans = plant(session(GHOST), "0000000");
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit ->
                List.of(new Outcome.Unknown(new IllegalStateException("the answer is lost"))));
    tick(expirer);
    setAside(1);
    bench.time.advance(GRACE);
    expirer.tick();
    assertEquals(1, aside().size());
    assertThere(orphans);
    assertFalse(care.alerts().contains("QUARANTINE_DELETED"));
  }

  @Test
  void aManifestThatNoLedgerKnows_isNeverSetAsideNorDeleted() {
    ContentPrefix session = session(GHOST);
    List<ContentKey> items = new ArrayList<>(plant(session, "0000000"));
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    items.addAll(plant(session, "manifest"));
    audit();
    assertEquals(Kind.ENTRY_MISSING, found.get(0).kind());
    assertEquals(
        Repair.Outcome.NEEDS_PERSON,
        engine.acting().repair(found.get(0), CAROL, false).get(0).outcome());
    bench.time.advance(GRACE);
    tick(expirer);
    assertThere(items);
    assertEquals(List.of(), aside());
    assertTrue(care.alerts().contains("QUARANTINE_RELEASED"));
    bench.checkInvariants();
  }

  @Test
  void aSealedOutputWithoutEntry_mayBeAResultAndStays() {
    List<ContentKey> result = plant(output(GHOST, 1), "0000000", "manifest");
    List<Repair> repairs = repairAll(engine.acting());
    assertEquals(Repair.Outcome.NEEDS_PERSON, repairs.get(0).outcome());
    assertEquals(List.of(), aside());
    assertThere(result);
  }

  @Test
  void aSequenceThatIsAcceptedMeanwhile_keepsWhatLayThere() {
    List<ContentKey> orphans = plant(session(GHOST), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    Bench.submit(engine, GHOST, "a", "x");
    bench.time.advance(GRACE);
    tick(expirer);
    assertThere(orphans);
    assertEquals(List.of(), aside());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(GHOST));
    setAside(1);
    bench.time.advance(GRACE);
    tick(expirer);
    assertGone(orphans);
  }

  /** Lets time pass in ticks that no grace of the clock is needed for. */
  private void pass(Expirer expirer, Duration length) {
    Duration step = Duration.ofHours(1);
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(step)) {
      bench.time.advance(step);
      expirer.tick();
    }
  }

  @Test
  void damageSinceTheSweepBefore_keepsWhatIsDueThere() {
    care.verified(RIDE);
    Expirer expirer = care.expirer();
    tick(expirer);
    List<ContentKey> first = plant(session(RIDE), "0000000");
    setAside(1);
    pass(expirer, Duration.ofDays(1));
    List<ContentKey> second = plant(session(RIDE), "0000000");
    setAside(2);
    pass(expirer, GRACE.minusDays(1));
    assertGone(first);
    assertThere(second);
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0));
    pass(expirer, Duration.ofDays(1));
    assertThere(second);
    assertEquals(1, aside().size());
    pass(expirer, Duration.ofDays(1));
    assertEquals(0, waiting());
    pass(expirer, Duration.ofHours(3));
    assertEquals(1, waiting(), "told once, after a day");
  }

  private Expirer deletingBy(ContentPurger purger) {
    return care.expirer(bench.watchedLedger, bench.watchedContent, purger);
  }

  private long told(String code) {
    return Collections.frequency(care.alerts(), code);
  }

  @Test
  void whatTheStoreDoesNotLetGo_isToldOnceADayAfterItsTimeAndWhenItIsGone() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    AtomicBoolean isLocked = new AtomicBoolean(true);
    Expirer expirer =
        deletingBy(
            permit -> {
              if (isLocked.get()) {
                throw new ContentException("under object lock");
              }
              return bench.watchedContent.delete(permit);
            });
    tick(expirer);
    setAside(1);
    pass(expirer, GRACE.plusDays(1));
    assertEquals(0, told("QUARANTINE_WAITS"));
    pass(expirer, Duration.ofDays(1));
    assertThere(orphans);
    assertEquals(1, told("QUARANTINE_WAITS"));
    String message = bench.alert("QUARANTINE_WAITS").message();
    assertTrue(message.contains("ContentException: under object lock"), message);
    isLocked.set(false);
    pass(expirer, Duration.ofHours(1));
    assertGone(orphans);
    assertEquals(1, told("QUARANTINE_WAITS"));
    assertEquals(1, told("QUARANTINE_DECIDED"));
  }

  @Test
  void aDeletionThatTheStoreRefuses_isToldADayAfterItsTime() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    Expirer expirer =
        deletingBy(
            permit -> List.of(new Outcome.Unknown(new IllegalStateException("access denied"))));
    tick(expirer);
    setAside(1);
    pass(expirer, GRACE.plusDays(1).plusHours(2));
    String message = bench.alert("QUARANTINE_WAITS").message();
    assertTrue(message.contains("access denied"), message);
  }

  private long waiting() {
    return bench.caught.stream()
        .filter(problem -> String.valueOf(problem.getMessage()).contains(", wait: "))
        .count();
  }

  @Test
  void inDoubtOfTheClock_nothingIsDeleted() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    bench.time.advance(GRACE);
    Expirer other = care.expirer();
    expirer.release();
    other.tick();
    assertThere(orphans);
    assertTrue(care.alerts().contains("CLOCK_UNCERTAIN"));
    engine.acting().confirmTime(CAROL, false);
    tick(other);
    assertGone(orphans);
  }

  @Test
  void inDoubtOfTheLedger_nothingIsDeleted() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Expirer expirer = care.expirer();
    tick(expirer);
    setAside(1);
    engine.acting().beginIncarnation(CAROL, false);
    bench.time.advance(GRACE);
    tick(expirer);
    assertThere(orphans);
    engine.acting().confirmIncarnation(CAROL, 0, false);
    tick(expirer);
    assertGone(orphans);
  }

  @Test
  void aPermitWithoutRecord_isAViolation() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    Permit permit =
        new Permit(Permit.Reason.QUARANTINE, RIDE, "nothing", KeyLayout.uploads(RIDE), orphans);
    assertThrows(InvariantViolation.class, () -> bench.watchedContent.delete(permit));
    assertThere(orphans);
  }

  @Test
  void aCrashAtEachCall_deletesOnlyWhatWasSetAsideAndEndsAll() {
    int calls = 0;
    boolean crashed = true;
    for (int at = 1; crashed; at++) {
      crashed = new QuarantineSweepTest().crash(at);
      calls = at;
    }
    assertTrue(calls > 20, "calls " + calls);
  }

  /** Crashes before or after one call of the deletion, and lets another node go on. */
  private boolean crash(int at) {
    care.verified(RIDE);
    List<ContentKey> orphans = new ArrayList<>(plant(session(RIDE), "0000000", "0000001"));
    orphans.addAll(plant(output(RIDE, 1), "0000000", "manifest"));
    List<ContentKey> others = new ArrayList<>(bench.content.keys());
    others.removeAll(orphans);
    Expirer first = care.expirer();
    tick(first);
    first.release();
    setAside(4);
    bench.time.advance(GRACE);
    engine.acting().confirmTime(CAROL, false);
    boolean crashed = crashesAt(at);
    assertThere(others);
    bench.time.advance(Duration.ofMinutes(10));
    Expirer next = care.expirer();
    tick(next);
    tick(next);
    assertGone(orphans);
    assertEquals(List.of(), aside());
    assertThere(others);
    assertEquals(List.of(), bench.caught);
    bench.checkInvariants();
    return crashed;
  }

  private boolean crashesAt(int at) {
    AtomicInteger calls = new AtomicInteger();
    FaultInjector injector =
        call -> {
          boolean isNow = calls.incrementAndGet() == (at + 1) / 2;
          return !isNow
              ? new Fault.None()
              : at % 2 == 1 ? new Fault.CrashBefore() : new Fault.CrashAfter();
        };
    ContentAccess content =
        new FaultingContent(bench.watchedContent.access("dying"), injector).access();
    Expirer dying =
        care.expirer(
            new FaultingLedger(bench.watchedLedger, injector), content.store(), content.purger());
    try {
      dying.tick();
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }
}
