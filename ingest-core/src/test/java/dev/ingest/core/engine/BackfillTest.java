package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Backfills: what is selected, frozen, run, proven and told. */
final class BackfillTest {

  private static final String OWN = "backfill/" + NAME;

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void whatFailed_isRunOnceEachAndProven() {
    backfill.fail(40);
    backfill.planAndStart(FAILED_ONES);
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    assertEquals(new BackfillProgress.Counts(40, 40, 0, 0, 0, 0), end.counts());
    backfill.assertEachStartedOnce(keys(40));
    keys(40).forEach(key -> assertEquals(State.VERIFIED, bench.state(key)));
    backfill.assertHeldBy("", keys(40));
    backfill.checkS11(keys(40));
    assertTrue(bench.alertCodes().contains("BACKFILL_COMPLETE"));
    assertFalse(bench.alertCodes().contains("BACKFILL_INCOMPLETE"));
    assertTrue(backfill.heard.stream().anyMatch(told -> told.counts().running() > 0));
    assertTrue(bench.caught.isEmpty(), bench.caught::toString);
    bench.checkInvariants();
  }

  @Test
  void dryRun_countsAndNamesAndRecordsNothing() {
    backfill.fail(10);
    backfill.apply(key(3), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    Map<SequenceKey, String> lost = new TreeMap<>();
    BackfillPlan plan =
        backfill
            .backfills()
            .rehearse(
                NAME,
                BackfillOrder.of(IncidentQuery.ALL).split(Map.of("test", 1, "silent", 1)),
                (key, state) -> lost.put(key, state.map(State::name).orElse("")));
    assertTrue(plan.isWhole());
    assertEquals(Map.of(State.FAILED, 9L, State.DISCARDING, 1L), plan.states());
    assertEquals(new BackfillPlan.Selection(10, 10, 5, 18, 1, 0), plan.selection());
    assertEquals(Set.of("test", "silent"), plan.pipelines().keySet());
    assertEquals(9, plan.pipelines().values().stream().mapToLong(Long::longValue).sum());
    assertEquals(Map.of(key(3), "DISCARDING"), lost);
    assertTrue(backfill.backfills().find(NAME).isEmpty());
    backfill.assertHeldBy("", keys(10));
  }

  @Test
  void frozenList_holdsRawBytesAndNamesWhatHasNone() {
    backfill.fail(10);
    backfill.apply(key(3), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    SequenceKey unheard = SequenceKey.of("nobody", "never");
    TreeSet<SequenceKey> given = new TreeSet<>(keys(10));
    given.add(unheard);
    BackfillProgress frozen =
        backfill
            .backfills()
            .plan(NAME, BackfillOrder.of(IncidentQuery.ALL).among(given).at(PACE), CAROL);
    assertEquals(BackfillPhase.FROZEN, frozen.phase());
    assertEquals(new BackfillProgress.Counts(9, 0, 0, 9, 0, 2), frozen.counts());
    assertEquals(Set.of(key(3), unheard), backfill.outcomes(Outcome.Kind.UNRECOVERABLE).keySet());
    Set<SequenceKey> held = keys(10);
    held.remove(key(3));
    backfill.assertHeldBy(OWN, held);
    backfill.checkS11(held);
    // What fails from now on is on no list.
    backfill.broken = true;
    Bench.submit(backfill.engine, key(99), "a", "x");
    bench.run(backfill.engine);
    backfill.broken = false;
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(new BackfillProgress.Counts(9, 9, 0, 0, 0, 2), end.counts());
    assertEquals(State.FAILED, bench.state(key(99)));
  }

  @Test
  void routeThatReportsSuccessWithoutWriting_isIncompleteNamingExactlyItsIds() {
    backfill.fail(60);
    backfill.planAndStart(FAILED_ONES.split(Map.of("test", 75, "silent", 25)));
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    WeightedChoice split = new WeightedChoice(NAME, Map.of("test", 75, "silent", 25));
    Set<SequenceKey> vanished =
        keys(60).stream()
            .filter(key -> split.of(key.toString()).equals("silent"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    Map<SequenceKey, String> failed = backfill.outcomes(Outcome.Kind.FAILED);
    assertEquals(vanished, failed.keySet());
    assertEquals(1, end.causes().size(), end::toString);
    assertEquals((long) vanished.size(), end.causes().values().iterator().next());
    backfill.assertEachStartedOnce(keys(60));
    backfill.assertHeldBy(OWN, vanished);
    Set<SequenceKey> proven = keys(60);
    proven.removeAll(vanished);
    backfill.assertHeldBy("", proven);
    assertTrue(bench.alertCodes().contains("BACKFILL_INCOMPLETE"));
    backfill.checkS11(keys(60));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    backfill.drive(backfill.node(bench.watchedLedger), BackfillPhase.CANCELLED);
    backfill.assertHeldBy("", keys(60));
    bench.checkInvariants();
  }

  @Test
  void successOfSomebodyElsesRun_isNotProof() {
    backfill.fail(6);
    backfill.poisoned.addAll(keys(6));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    // Both runs end between two ticks: the backfill's fails, and a person's succeeds.
    node.tick();
    bench.run(backfill.engine);
    SequenceKey first =
        keys(6).stream().filter(key -> backfill.starts(key) == 1).findFirst().orElseThrow();
    backfill.poisoned.clear();
    backfill.engine.acting().redrive(first, CAROL, false);
    bench.run(backfill.engine);
    assertEquals(State.VERIFIED, bench.state(first));
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    assertEquals("SUPERSEDED", backfill.outcomes(Outcome.Kind.FAILED).get(first));
    backfill.checkS11(keys(6));
  }

  @Test
  void verifiedMeanwhile_isProvenByAnOwnReplacementAlone() {
    backfill.fail(3);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    backfill.engine.acting().redrive(key(1), CAROL, false);
    bench.run(backfill.engine);
    assertEquals(State.VERIFIED, bench.state(key(1)));
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    backfill.assertEachStartedOnce(keys(3));
    assertEquals(3, bench.entry(key(1)).published().orElseThrow().epoch());
    bench.checkInvariants();
  }

  @Test
  void replacementsThatFail_leaveTheResultsAndAreNamedByCause() {
    Set<SequenceKey> all = keys(12);
    all.forEach(backfill::verify);
    backfill.planAndStart(BackfillOrder.of(IncidentQuery.ALL).at(PACE).split(Map.of("silent", 1)));
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    assertEquals(all, backfill.outcomes(Outcome.Kind.FAILED).keySet());
    assertEquals(1, end.causes().size(), end::toString);
    assertTrue(!end.causes().containsKey("OTHER") && !end.causes().containsKey("SUPERSEDED"));
    backfill.assertEachStartedOnce(all);
    all.forEach(key -> assertEquals(1, bench.entry(key).published().orElseThrow().epoch()));
    backfill.assertHeldBy(OWN, all);
    backfill.checkS11(all);
    bench.checkInvariants();
  }

  @Test
  void rawBytesThatGoMeanwhile_areUnrecoverableAndTheBackfillIncomplete() {
    backfill.fail(5);
    backfill.planAndStart(FAILED_ONES);
    backfill.apply(key(2), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    assertEquals(Map.of(key(2), "UNRECOVERABLE"), backfill.outcomes(Outcome.Kind.FAILED));
    backfill.checkS11(keys(5));
  }

  @Test
  void stuckInFlight_isRunOnceItIsOverdueAndNotBefore() {
    backfill.broken = false;
    Bench.submit(backfill.engine, key(0), "a", "x");
    backfill.engine.worker().tick();
    bench.tasks.clear();
    backfill.planAndStart(BackfillOrder.of(IncidentQuery.ALL).at(PACE));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; tick < 5; tick++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    assertEquals(0, backfill.starts(key(0)));
    bench.time.advance(Duration.ofHours(2));
    backfill.apply(key(0), new Event.DeadlinePassed());
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    assertEquals(1, backfill.starts(key(0)));
    assertEquals(2, bench.entry(key(0)).published().orElseThrow().epoch());
    bench.checkInvariants();
  }

  @Test
  void holdOfAPerson_isNeitherReplacedNorReleased() {
    backfill.fail(3);
    Hold own = new Hold("dave", "evidence", bench.time.instant());
    backfill.apply(key(1), new Event.HoldPlaced(own));
    backfill.planAndStart(FAILED_ONES);
    assertEquals("dave", backfill.holder(key(1)));
    assertEquals(
        BackfillPhase.COMPLETE, backfill.toItsEnd(backfill.node(bench.watchedLedger)).phase());
    assertEquals("dave", backfill.holder(key(1)));
    assertEquals("", backfill.holder(key(0)));
  }

  @Test
  void holdThatAPersonTakesBack_isPlacedAnewWhileItIsPending() {
    backfill.fail(3);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    backfill.apply(key(1), new Event.HoldReleased(CAROL));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int second = 0; second < 30; second++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    backfill.assertHeldBy(OWN, keys(3));
  }

  @Test
  void paused_startsNothingAndCountsWhatEnds() {
    backfill.fail(30);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    backfill.step(node);
    long started = keys(30).stream().filter(key -> backfill.starts(key) > 0).count();
    assertTrue(started > 0 && started < 30, "started " + started);
    backfill.backfills().decide(NAME, Backfilling.Decided.PAUSE, CAROL, false);
    for (int tick = 0; tick < 20; tick++) {
      backfill.step(node);
    }
    assertEquals(started, backfill.progress().counts().done());
    assertEquals(0, backfill.progress().counts().running());
    assertEquals(BackfillPhase.PAUSED, backfill.progress().phase());
    backfill.checkS11(keys(30));
    backfill.backfills().decide(NAME, Backfilling.Decided.RESUME, CAROL, false);
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertEachStartedOnce(keys(30));
  }

  @Test
  void cancelled_startsNothingMoreAndHoldsNothing() {
    backfill.fail(30);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    backfill.step(node);
    long started = keys(30).stream().filter(key -> backfill.starts(key) > 0).count();
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    assertEquals(BackfillPhase.CANCELLED, backfill.toItsEnd(node).phase());
    for (int tick = 0; tick < 20; tick++) {
      backfill.step(node);
    }
    assertEquals(started, keys(30).stream().filter(key -> backfill.starts(key) > 0).count());
    backfill.assertHeldBy("", keys(30));
    assertEquals(30, backfill.progress().counts().planned());
  }

  @Test
  void concurrency_isNeverExceeded() {
    backfill.fail(50);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 3)));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; tick < 40; tick++) {
      node.tick();
      long inFlight = keys(50).stream().filter(key -> bench.state(key).isInFlight()).count();
      assertTrue(inFlight <= 3, inFlight + " at a time");
      if (tick % 3 == 0) {
        bench.run(backfill.engine);
      }
      bench.time.advance(Duration.ofMillis(500));
    }
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
  }

  @Test
  void rate_isKeptOnAverage() {
    backfill.fail(60);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(2, 50)));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int second = 1; second <= 10; second++) {
      backfill.step(node);
      backfill.step(node);
      long started = keys(60).stream().filter(key -> backfill.starts(key) > 0).count();
      assertTrue(started <= 2L * second + 2, started + " after " + second + " s");
    }
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
  }

  @Test
  void mostEndangered_goFirst() {
    backfill.broken = true;
    for (int i = 9; i >= 0; i--) {
      // The later keys are the older ones.
      Bench.submit(backfill.engine, key(i), "a", "x");
      bench.run(backfill.engine);
      bench.time.advance(Duration.ofDays(1));
    }
    backfill.broken = false;
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int i = 9; i >= 0; i--) {
      while (backfill.starts(key(i)) == 0) {
        for (int later = 0; later < i; later++) {
          assertEquals(0, backfill.starts(key(later)), later + " before " + i);
        }
        backfill.step(node);
      }
    }
  }

  @Test
  void pipelineThatANodeLacks_isLeftToAnother() {
    backfill.fail(8);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    Backfiller poor = backfill.node(bench.watchedLedger, Bench.copying());
    Backfiller other = backfill.node(bench.watchedLedger);
    assertThrows(IncompleteTickException.class, poor::tick);
    keys(8).forEach(key -> assertEquals(0, backfill.starts(key)));
    for (int second = 0; second < 120 && other.tick() == 0; second += 5) {
      bench.time.advance(Duration.ofSeconds(5));
      try {
        poor.tick();
      } catch (IncompleteTickException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("silent"), e::toString);
      }
    }
    BackfillProgress end = backfill.toItsEnd(other);
    assertEquals(8, end.counts().failed());
    backfill.assertEachStartedOnce(keys(8));
  }

  @Test
  void nothingThatMovesForHalfAnHour_isToldOnceAndItsEndToo() {
    backfill.broken = false;
    Bench.submit(backfill.engine, key(0), "a", "x");
    backfill.planAndStart(BackfillOrder.of(IncidentQuery.ALL).at(PACE));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int minute = 0; minute < 35; minute++) {
      node.tick();
      bench.time.advance(Duration.ofMinutes(1));
    }
    node.tick();
    assertEquals(
        1, bench.alertCodes().stream().filter(code -> code.equals("BACKFILL_STALLED")).count());
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    backfill.toItsEnd(node);
    assertTrue(bench.alertCodes().contains("BACKFILL_MOVING"));
  }

  @Test
  void listThatIsNotAsItWasFrozen_neverEndsWellAndCanBeCancelled() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    // In the place of one that was frozen, another.
    bench.ledger.controls().add(sets.listed(), List.of(key(3)));
    bench.ledger.controls().remove(sets.listed(), List.of(key(2)));
    for (int urgency = 0; urgency < BackfillSets.URGENCIES; urgency++) {
      bench.ledger.controls().remove(sets.waiting(urgency), List.of(key(2)));
    }
    Backfiller node = backfill.node(bench.watchedLedger);
    backfill.drive(node, BackfillPhase.ENDING);
    for (int tick = 0; tick < 5; tick++) {
      assertThrows(IncompleteTickException.class, node::tick);
      bench.time.advance(Backfiller.LOOK);
    }
    assertEquals(BackfillPhase.ENDING, backfill.progress().phase());
    assertTrue(
        bench.caught.stream().anyMatch(e -> String.valueOf(e.getMessage()).contains("was frozen")));
    bench.caught.clear();
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    assertEquals(BackfillPhase.CANCELLED, backfill.toItsEnd(node).phase());
    backfill.assertHeldBy("", keys(2));
  }

  @Test
  void idThatCameOntoTheListAfterItWasFrozen_isTakenFromItAndNotHeld() {
    backfill.fail(4);
    BackfillOrder among = FAILED_ONES.among(new TreeSet<>(keys(3)));
    backfill.planAndStart(among);
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    bench.ledger.controls().add(sets.listed(), List.of(key(3)));
    // Another backfill that is over hands its hold to this one, as the id is on its list.
    backfill.apply(key(3), new Event.HoldPlaced(new Hold(OWN, "handed over", Instant.EPOCH)));
    Backfiller node = backfill.node(bench.watchedLedger);
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    assertEquals(new BackfillProgress.Counts(3, 3, 0, 0, 0, 0), end.counts());
    assertEquals(keys(3), Set.copyOf(sets.page(sets.listed(), Optional.empty(), 10)));
    assertEquals(0, backfill.starts(key(3)));
    backfill.assertHeldBy("", keys(4));
    backfill.checkS11(keys(3));
  }

  @Test
  void decisionThatDoesNotApply_isRefusedAndARehearsalChangesNothing() {
    backfill.fail(2);
    assertThrows(
        ActRefusedException.class,
        () -> backfill.backfills().decide("none", Backfilling.Decided.START, CAROL, false));
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    assertThrows(
        ActRefusedException.class,
        () -> backfill.backfills().decide(NAME, Backfilling.Decided.RESUME, CAROL, false));
    assertEquals(
        BackfillPhase.RUNNING,
        backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, true).phase());
    assertEquals(BackfillPhase.FROZEN, backfill.progress().phase());
    // The same order goes on, another is refused.
    assertEquals(BackfillPhase.FROZEN, backfill.backfills().plan(NAME, FAILED_ONES, CAROL).phase());
    assertThrows(
        ActRefusedException.class,
        () -> backfill.backfills().plan(NAME, FAILED_ONES.at(new BackfillPace(1, 1)), CAROL));
    assertThrows(
        ActRefusedException.class,
        () -> backfill.backfills().plan("other", FAILED_ONES.split(Map.of("typo", 1)), CAROL));
    assertThrows(
        InvalidValueException.class, () -> backfill.backfills().plan("Other", FAILED_ONES, CAROL));
  }

  @Test
  void nothingPlanned_isNotStartedAndSoNeverComplete() {
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    assertThrows(
        ActRefusedException.class,
        () -> backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false));
  }

  @Test
  void freeze_costsAFewCallsPerBatchAndOneCommitElementPerId() {
    backfill.fail(600);
    Map<String, Integer> calls = new TreeMap<>();
    Engine counted =
        backfill.engine(
            new FaultingLedger(
                bench.ledger,
                call -> {
                  calls.merge(call.role() + "." + call.method(), 1, Integer::sum);
                  return Fault.NONE;
                }));
    counted.backfilling().rehearse(NAME, FAILED_ONES, (key, state) -> {});
    assertEquals(Map.of("LEDGER.scan", 1, "LEDGER.now", 1), calls);
    calls.clear();
    BackfillProgress frozen = counted.backfilling().plan(NAME, FAILED_ONES, CAROL);
    assertEquals(600, frozen.counts().planned());
    int most = Math.min(1_000, bench.ledger.capabilities().maxBatch());
    int pages = 600 / most + 1;
    assertEquals(1, calls.get("LEDGER.scan"));
    assertTrue(count(calls, "LEDGER.find") <= pages + 2, calls::toString);
    // Inline commits are of one element each; a node's own thread takes 200 at a time.
    assertEquals(600, calls.get("LEDGER.commit"));
    assertTrue(count(calls, "CONTROLS.members") <= pages, calls::toString);
    assertTrue(count(calls, "CONTROLS.add") <= 2 + 2 * pages + 600 / most, calls::toString);
    assertTrue(count(calls, "CONTROLS.write") <= 4 + 2 + pages, calls::toString);
  }

  private static int count(Map<String, Integer> calls, String method) {
    return calls.getOrDefault(method, 0);
  }
}
