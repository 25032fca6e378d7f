package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of a backfill that are in more places than one, or were about to be in none. */
final class BackfillPlacesTest {

  private static final BackfillPace ONE_AT_A_TIME = new BackfillPace(1_000, 1);

  private BackfillBench backfill = new BackfillBench();

  /** As a step of the freeze leaves it that is cut off, and repeated when raw bytes are gone. */
  @Test
  void idThatLosesItsRawBytesWhileTheListIsFrozen_isUnrecoverableAndNothingElse() {
    backfill.fail(4);
    cutOff(FAILED_ONES);
    backfill.apply(key(2), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    backfill.drive(node, BackfillPhase.FROZEN);
    assertEquals(new BackfillProgress.Counts(3, 0, 0, 3, 0, 1), backfill.progress().counts());
    requireEachOnce(keys(4));
    assertEquals(BackfillPhase.COMPLETE, run(node, keys(4)).phase());
    assertEquals(new BackfillProgress.Counts(3, 3, 0, 0, 0, 1), backfill.progress().counts());
    assertEquals(Set.of(key(2)), backfill.outcomes(Outcome.Kind.UNRECOVERABLE).keySet());
    backfill.checkS11(without(keys(4), key(2)));
  }

  /** As the same leaves it when raw bytes that are held turn out to be damaged in between. */
  @Test
  void idThatIsFoundDamagedWhileTheListIsFrozen_isNotHeldByABackfillThatIsOver() {
    backfill.fail(4);
    cutOff(FAILED_ONES);
    assertEquals("backfill/" + NAME, backfill.holder(key(2)));
    backfill.bench.time.advance(Duration.ofSeconds(1));
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    backfill.apply(
        key(2),
        new Event.RawDamageFound(rotten, backfill.bench.ledger.ledger().now(), Optional.empty()));
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    backfill.drive(node, BackfillPhase.FROZEN);
    assertEquals(BackfillPhase.COMPLETE, run(node, keys(4)).phase());
    assertEquals(Set.of(key(2)), backfill.outcomes(Outcome.Kind.UNRECOVERABLE).keySet());
    assertEquals("", backfill.holder(key(2)));
  }

  /** As the same leaves it when the id was uploaded in between. */
  @Test
  void idThatComesWhileTheListIsFrozen_isPlannedAndRun() {
    backfill.fail(4);
    Set<SequenceKey> given = new TreeSet<>(keys(4));
    given.add(key(9));
    cutOff(BackfillOrder.of(IncidentQuery.ALL).among(new TreeSet<>(given)).at(PACE));
    Bench.submit(backfill.engine, key(9), "a", "x");
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    backfill.drive(node, BackfillPhase.FROZEN);
    requireEachOnce(given);
    backfill.bench.run(backfill.engine);
    assertEquals(BackfillPhase.COMPLETE, run(node, given).phase());
    assertEquals(new BackfillProgress.Counts(5, 5, 0, 0, 0, 0), backfill.progress().counts());
    backfill.assertEachStartedOnce(given);
    backfill.checkS11(given);
  }

  /** As the same leaves it when the raw bytes were gone in between, and were uploaded again. */
  @Test
  void idThatWasCountedAsUnrecoverableAndHasRawBytes_isPlannedAndRun() {
    backfill.fail(4);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    BackfillBook book = new BackfillBook(backfill.bench.ledger);
    BackfillSets sets = new BackfillSets(backfill.bench.ledger, NAME);
    sets.add(sets.unrecoverable(), Set.of(key(2)));
    book.change(
        NAME, record -> record.with(new BackfillRecord.Tally(3, 1, 0, 0, List.of(), List.of())));
    assertEquals(
        BackfillPhase.COMPLETE, run(backfill.node(backfill.bench.watchedLedger), keys(4)).phase());
    assertEquals(new BackfillProgress.Counts(4, 4, 0, 0, 0, 0), backfill.progress().counts());
    backfill.assertEachStartedOnce(keys(4));
    backfill.checkS11(keys(4));
  }

  /** As a process leaves it that freezes the list as well, and stood still meanwhile. */
  @Test
  void idsThatAreCalledUnrecoverableLate_areWhatTheirRunsMakeOfThem() {
    backfill.fail(6);
    backfill.poisoned.add(key(2));
    backfill.backfills().plan(NAME, FAILED_ONES.at(ONE_AT_A_TIME), CAROL);
    BackfillSets sets = new BackfillSets(backfill.bench.ledger, NAME);
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    while (backfill.progress().counts().done() < 2) {
      backfill.step(node);
    }
    sets.add(sets.unrecoverable(), keys(6));
    assertEquals(BackfillPhase.INCOMPLETE, runOn(node, keys(6)).phase());
    assertEquals(new BackfillProgress.Counts(6, 5, 1, 0, 0, 0), backfill.progress().counts());
    backfill.assertEachStartedOnce(keys(6));
    backfill.checkS11(keys(6));
  }

  /** The lifecycle refuses one the first time that it is met, and would not the second time. */
  @Test
  void idWhoseStartIsRefused_isCountedOnceThoughItWaitsInTwoPlaces() {
    backfill.fail(4);
    backfill.backfills().plan(NAME, FAILED_ONES.at(ONE_AT_A_TIME), CAROL);
    BackfillSets sets = new BackfillSets(backfill.bench.ledger, NAME);
    sets.add(sets.waiting(BackfillSets.URGENCIES - 1), keys(4));
    Backfiller node = backfill.node(backfill.bench.watchedLedger, RefusingOnce::new);
    assertEquals(BackfillPhase.INCOMPLETE, run(node, keys(4)).phase());
    assertEquals(new BackfillProgress.Counts(4, 3, 1, 0, 0, 0), backfill.progress().counts());
    assertEquals(
        Map.of(key(1), BackfillCause.START_REFUSED.name()), backfill.outcomes(Outcome.Kind.FAILED));
    assertEquals(0, backfill.starts(key(1)));
    backfill.checkS11(keys(4));
  }

  /** Refuses to start one id once. */
  private static final class RefusingOnce extends ForwardedStarter {

    private boolean hasRefused;

    RefusingOnce(RunStarter starter) {
      super(starter);
    }

    @Override
    public Supplier<Start> begin(
        Entry seen, String pipeline, String backfill, Act by, Instant now) {
      if (hasRefused || !seen.key().equals(key(1))) {
        return super.begin(seen, pipeline, backfill, by, now);
      }
      hasRefused = true;
      return () -> new Start.Impossible(BackfillCause.START_REFUSED.name());
    }
  }

  /** As two nodes leave it that knew nothing of each other. */
  @Test
  void idWithTwoOutcomes_isCountedOnceByWhoeverTakesOver() {
    backfill.fail(5);
    backfill.poisoned.add(key(0));
    backfill.planAndStart(FAILED_ONES.at(ONE_AT_A_TIME));
    Backfiller first = backfill.node(backfill.bench.watchedLedger);
    while (backfill.progress().counts().done() < 3) {
      backfill.step(first);
    }
    Set<SequenceKey> proven = new TreeSet<>(backfill.outcomes(Outcome.Kind.DONE).keySet());
    BackfillSets sets = new BackfillSets(backfill.bench.ledger, NAME);
    sets.add(sets.failed(0), proven);
    backfill.bench.time.advance(Duration.ofMinutes(2));
    Backfiller next = backfill.node(backfill.bench.watchedLedger);
    next.tick();
    assertTrue(backfill.progress().counts().done() < 3, backfill.progress()::toString);
    // What is found to be proven at the end is done after all.
    assertEquals(BackfillPhase.INCOMPLETE, runOn(next, keys(5)).phase());
    assertEquals(new BackfillProgress.Counts(5, 4, 1, 0, 0, 0), backfill.progress().counts());
    backfill.assertEachStartedOnce(keys(5));
    backfill.checkS11(keys(5));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nodeThatStandsStillAtEachCall_takesNoIdFromWhereAnotherHasPutIt(boolean after) {
    int at = 1;
    while (standsStillAt(at, after)) {
      at++;
    }
    assertTrue(at > 100, "at " + (at - 1) + " calls");
  }

  /** One starts where the other dies; then one stands still while the other has the turn. */
  private boolean standsStillAt(int at, boolean after) {
    backfill = new BackfillBench();
    backfill.fail(5);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 3)));
    AtomicInteger commits = new AtomicInteger();
    Backfiller dying =
        backfill.node(
            new FaultingLedger(
                backfill.bench.watchedLedger,
                call ->
                    call.method().equals("commit") && commits.getAndIncrement() == 0
                        ? new Fault.CrashBefore()
                        : Fault.NONE));
    assertThrows(SimulatedCrash.class, dying::tick);
    backfill.bench.time.advance(Duration.ofMinutes(2));
    AtomicInteger calls = new AtomicInteger();
    Backfiller other = backfill.node(backfill.bench.watchedLedger);
    Runnable others =
        () -> {
          backfill.bench.time.advance(Duration.ofMinutes(2));
          other.tick();
        };
    Fault stands = after ? new Fault.Delay(() -> {}, others) : new Fault.Delay(others, () -> {});
    Backfiller slow =
        backfill.node(
            new FaultingLedger(
                backfill.bench.watchedLedger,
                call -> calls.incrementAndGet() == at ? stands : Fault.NONE));
    try {
      while (calls.get() < at && !backfill.progress().phase().isOver()) {
        backfill.step(slow);
      }
    } catch (IncompleteTickException e) {
      assertTrue(calls.get() >= at, e::toString);
    }
    if (calls.get() < at) {
      return false;
    }
    requireEachOnce(keys(5));
    backfill.bench.time.advance(Duration.ofMinutes(2));
    BackfillProgress end = backfill.toItsEnd(backfill.node(backfill.bench.watchedLedger));
    assertEquals(BackfillPhase.INCOMPLETE, end.phase(), "stood still at call " + at);
    assertEquals(new BackfillProgress.Counts(5, 4, 1, 0, 0, 0), end.counts());
    backfill.assertEachStartedOnce(keys(5));
    backfill.checkS11(keys(5));
    return true;
  }

  /** Orders one whose list is frozen but for the record, and dies. */
  private void cutOff(BackfillOrder order) {
    boolean[] holds = {false};
    LedgerStore dying =
        new FaultingLedger(
            backfill.bench.watchedLedger,
            call -> {
              holds[0] |= call.method().equals("commit");
              return holds[0] && call.method().equals("write")
                  ? new Fault.CrashBefore()
                  : Fault.NONE;
            });
    Backfilling doomed = backfill.engine(dying).backfilling();
    assertThrows(SimulatedCrash.class, () -> doomed.plan(NAME, order, CAROL));
    assertEquals(BackfillPhase.HOLDING, backfill.progress().phase());
  }

  private BackfillProgress run(Backfiller node, Set<SequenceKey> list) {
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    return runOn(node, list);
  }

  /** Drives one to its end, and looks after each step whether its counts and its report add up. */
  private BackfillProgress runOn(Backfiller node, Set<SequenceKey> list) {
    for (int step = 0; !backfill.progress().phase().isOver(); step++) {
      assertTrue(step < 500, () -> backfill.progress() + ", caught " + backfill.bench.caught);
      backfill.step(node);
      requireEachOnce(list);
      BackfillProgress.Counts counts = backfill.progress().counts();
      assertEquals(list.size(), counts.planned() + counts.unrecoverable(), counts::toString);
      assertTrue(counts.done() + counts.failed() <= counts.planned(), counts::toString);
    }
    return backfill.progress();
  }

  private void requireEachOnce(Set<SequenceKey> list) {
    List<SequenceKey> told = new ArrayList<>();
    backfill
        .backfills()
        .report(NAME, EnumSet.allOf(Outcome.Kind.class), (key, outcome, entry) -> told.add(key));
    assertEquals(List.copyOf(list), told.stream().sorted().toList(), "each id is told of once");
  }

  private static Set<SequenceKey> without(Set<SequenceKey> keys, SequenceKey one) {
    Set<SequenceKey> rest = new TreeSet<>(keys);
    rest.remove(one);
    return rest;
  }
}
