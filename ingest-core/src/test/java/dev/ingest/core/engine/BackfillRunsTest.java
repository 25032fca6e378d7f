package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.CanaryPolicy;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of the runs of a backfill, of what it holds meanwhile, and who hears of it. */
final class BackfillRunsTest {

  private static final String OWN = "backfill/" + NAME;
  private static final BackfillOrder ALL = BackfillOrder.of(IncidentQuery.ALL).at(PACE);

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void idThatIsListedAndWaitsNowhere_isRunBeforeItIsComplete() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    for (int urgency = 0; urgency < BackfillSets.URGENCIES; urgency++) {
      bench.ledger.controls().remove(sets.waiting(urgency), List.of(key(2)));
    }
    BackfillProgress end = backfill.toItsEnd(backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    backfill.assertEachStartedOnce(keys(3));
    backfill.checkS11(keys(3));
  }

  /** As a step of the freeze leaves it that is repeated after a re-upload moved the expiry. */
  @Test
  void idThatWaitsInTwoPlaces_isCountedOnce() {
    backfill.fail(4);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 1)));
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    bench.ledger.controls().add(sets.waiting(BackfillSets.URGENCIES - 1), List.copyOf(keys(4)));
    Backfiller node = backfill.node(bench.watchedLedger);
    while (backfill.progress().phase() == BackfillPhase.RUNNING) {
      backfill.step(node);
      BackfillProgress.Counts counts = backfill.progress().counts();
      assertTrue(counts.done() <= 3 && counts.failed() <= 1, counts::toString);
    }
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    assertEquals(new BackfillProgress.Counts(4, 3, 1, 0, 0, 0), end.counts());
    backfill.assertEachStartedOnce(keys(4));
    backfill.checkS11(keys(4));
  }

  @Test
  void clockThatWasSetBackBehindTheAcceptances_holdsUpNoRun() {
    backfill.fail(3);
    bench.time.set(bench.time.instant().minus(Duration.ofHours(3)));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    assertTrue(bench.caught.isEmpty(), bench.caught::toString);
  }

  @Test
  void nodeThatStoodStillInATick_countsNothingOnTopOfTheEnd() {
    standStillBesides(() -> backfill.toItsEnd(backfill.node(bench.watchedLedger)));
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(new BackfillProgress.Counts(3, 3, 0, 0, 0, 0), backfill.progress().counts());
    backfill.checkS11(keys(3));
  }

  @Test
  void nodeThatStoodStillInATick_countsNothingOnTopOfTheOneThatTookOver() {
    standStillBesides(() -> backfill.node(bench.watchedLedger).tick());
    assertEquals(
        new BackfillProgress.Counts(3, 1, 0, 2, 1, 0),
        backfill.progress().counts(),
        "one is proven, and the node that took over has begun another");
    backfill.toItsEnd(backfill.node(bench.watchedLedger));
    backfill.checkS11(keys(3));
  }

  @Test
  void nodeThatStoodStillAsItCounted_leavesTheEndAsItIs() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    AtomicInteger lists = new AtomicInteger();
    Runnable other =
        () -> {
          bench.time.advance(Duration.ofMinutes(2));
          backfill.toItsEnd(backfill.node(bench.watchedLedger));
        };
    Backfiller slow =
        backfill.node(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    call.method().equals("members") && lists.incrementAndGet() == 2
                        ? new Fault.Delay(() -> {}, other)
                        : Fault.NONE));
    slow.tick();
    assertTrue(lists.get() >= 2, "it stood still after it had counted those that are done");
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(new BackfillProgress.Counts(3, 3, 0, 0, 0, 0), backfill.progress().counts());
    backfill.checkS11(keys(3));
  }

  /** Three runs are proven; between an outcome and its count something happens elsewhere. */
  private void standStillBesides(Runnable elsewhere) {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    boolean[] stands = {false};
    Runnable other =
        () -> {
          bench.time.advance(Duration.ofMinutes(2));
          elsewhere.run();
        };
    Backfiller slow =
        backfill.node(
            new FaultingLedger(
                bench.watchedLedger,
                call -> {
                  boolean isOutcome = stands[0] && call.method().equals("add");
                  stands[0] &= !isOutcome;
                  return isOutcome ? new Fault.Delay(() -> {}, other) : Fault.NONE;
                }));
    slow.tick();
    bench.run(backfill.engine);
    stands[0] = true;
    boolean mayGoOn = true;
    try {
      slow.tick();
    } catch (IncompleteTickException e) {
      mayGoOn = false;
      assertTrue(bench.caught.toString().contains("another node has the turn"), e::toString);
    }
    assertEquals(backfill.progress().phase().isOver(), mayGoOn);
    assertFalse(stands[0], "it stood still between an outcome and the count of it");
  }

  @Test
  void holdTakenBackWhileARunFails_isPlacedAnew() {
    backfill.fail(3);
    backfill.poisoned.addAll(keys(3));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    node.tick();
    SequenceKey started =
        keys(3).stream().filter(key -> backfill.starts(key) == 1).findFirst().orElseThrow();
    backfill.apply(started, new Event.HoldReleased(CAROL));
    node.tick();
    assertEquals(OWN, backfill.holder(started), "while it runs");
    backfill.apply(started, new Event.HoldReleased(CAROL));
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertHeldBy(OWN, keys(3));
  }

  @Test
  void holdTakenBackOfWhatHasFailed_isPlacedAnewAlsoWhenItIsIncomplete() {
    backfill.fail(4);
    backfill.poisoned.addAll(Set.of(key(1), key(2)));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    for (int round = 0; round < 3; round++) {
      backfill.apply(key(1), new Event.HoldReleased(CAROL));
      for (int second = 0; second < 200; second++) {
        node.tick();
        bench.time.advance(Duration.ofSeconds(1));
      }
      backfill.assertHeldBy(OWN, Set.of(key(1), key(2)));
      backfill.assertHeldBy("", Set.of(key(0), key(3)));
    }
    assertTrue(bench.caught.isEmpty(), bench.caught::toString);
  }

  @Test
  void holdTakenBackOfWhatHasFailed_isPlacedAnewWhileOthersRun() {
    backfill.fail(4);
    backfill.poisoned.addAll(Set.of(key(1)));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    while (backfill.outcomes(Outcome.Kind.FAILED).isEmpty()) {
      backfill.step(node);
    }
    backfill.backfills().decide(NAME, Backfilling.Decided.PAUSE, CAROL, false);
    backfill.apply(key(1), new Event.HoldReleased(CAROL));
    for (int second = 0; second < 60; second++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    assertEquals(OWN, backfill.holder(key(1)));
  }

  @Test
  void cancelled_endsItsReplacementsAndLeavesItsRedrives() {
    keys(8).forEach(backfill::verify);
    backfill.broken = true;
    Bench.submit(backfill.engine, key(20), "a", "x");
    bench.run(backfill.engine);
    backfill.broken = false;
    backfill.planAndStart(ALL);
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; tick < 20; tick++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    Set<SequenceKey> beside = new TreeSet<>(keys(8));
    beside.removeIf(key -> bench.entry(key).beside().run().isEmpty());
    assertTrue(beside.size() >= 5, beside::toString);
    SequenceKey others =
        keys(8).stream().filter(key -> !beside.contains(key)).findFirst().orElseThrow();
    backfill.apply(
        others,
        new SideRunEvent.Started(
            RunKind.SHADOW,
            backfill.good.ref(),
            backfill.good.stages().get(0).ref(),
            Optional.empty(),
            CAROL));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    for (int tick = 0; backfill.progress().phase() != BackfillPhase.CANCELLED; tick++) {
      assertTrue(tick < 20, () -> backfill.progress().toString());
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    for (SequenceKey key : beside) {
      assertTrue(bench.entry(key).beside().run().isEmpty(), key + " has no run beside its result");
      assertTrue(bench.kinds(key).contains(TransitionKind.SIDE_RUN_CANCELLED), key.toString());
      assertEquals(1, bench.entry(key).published().orElseThrow().epoch());
    }
    assertTrue(bench.entry(others).beside().run().isPresent(), "somebody else's run goes on");
    bench.run(backfill.engine);
    assertEquals(backfill.starts(key(20)), bench.state(key(20)) == State.VERIFIED ? 1 : 0);
    backfill.assertHeldBy("", keys(8));
    bench.checkInvariants();
  }

  @Test
  void reroutedRun_isItsOwnStill() {
    backfill.fail(5);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; !backfill.progress().phase().isOver(); tick++) {
      assertTrue(tick < 100, () -> backfill.progress().toString());
      node.tick();
      reroute();
      node.tick();
      reroute();
      bench.run(backfill.engine);
      bench.time.advance(Duration.ofSeconds(1));
    }
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    backfill.assertEachStartedOnce(keys(5));
    keys(5).forEach(key -> assertEquals(3, bench.entry(key).published().orElseThrow().epoch()));
    backfill.checkS11(keys(5));
  }

  @Test
  void failedRunThatIsRerouted_runsAgainAndIsProvenThoughTheBackfillWasOver() {
    backfill.fail(5);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertHeldBy(OWN, keys(5));
    rerouteFrom(State.FAILED);
    // Found under way by a look a minute after the end, before any worker has come to it.
    drivenAlone(node, BackfillPhase.RUNNING);
    assertEquals(new BackfillProgress.Counts(5, 0, 0, 5, 0, 0), backfill.progress().counts());
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertEachStartedOnce(keys(5));
    keys(5).forEach(key -> assertEquals(3, bench.entry(key).published().orElseThrow().epoch()));
    backfill.assertHeldBy("", keys(5));
    backfill.checkS11(keys(5));
    assertFalse(bench.alertCodes().contains("BACKFILL_STALLED"));
    assertTrue(bench.alertCodes().contains("BACKFILL_COMPLETE"));
    bench.checkInvariants();
  }

  @Test
  void idsThatCameOntoTheListTooLate_areToldFromRunsThatWereRerouted() {
    backfill.fail(5);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    Set<SequenceKey> late = new TreeSet<>();
    for (int i = 1_000; i < 1_700; i++) {
      late.add(key(i));
    }
    sets.add(sets.listed(), late);
    rerouteFrom(State.FAILED);
    assertEquals(BackfillPhase.RUNNING, drivenAlone(node, BackfillPhase.RUNNING).phase());
    assertEquals(new BackfillProgress.Counts(5, 0, 0, 5, 0, 0), backfill.progress().counts());
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    backfill.checkS11(keys(5));
    assertEquals(keys(5), Set.copyOf(sets.page(sets.listed(), Optional.empty(), 1_000)));
  }

  @Test
  void outcomeThatIsGone_isMissedAndFoundAnew() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(3, end.counts().failed());
    BackfillSets sets = new BackfillSets(bench.ledger, NAME);
    for (int cause = 0; cause < 4; cause++) {
      sets.remove(sets.failed(cause), Set.of(key(1)));
    }
    drivenAlone(node, BackfillPhase.RUNNING);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    assertEquals(keys(3), backfill.outcomes(Outcome.Kind.FAILED).keySet());
    backfill.assertEachStartedOnce(keys(3));
    backfill.checkS11(keys(3));
  }

  /** Drives on with no worker at work, for some minutes at most. */
  private BackfillProgress drivenAlone(Backfiller node, BackfillPhase until) {
    for (int second = 0; backfill.progress().phase() != until; second++) {
      assertTrue(second < 200, () -> backfill.progress() + ", caught " + bench.caught);
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    return backfill.progress();
  }

  @Test
  void failedRunThatIsProvenByTheEnd_isDone() {
    backfill.fail(5);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)).at(new BackfillPace(1_000, 1)));
    Backfiller node = backfill.node(bench.watchedLedger);
    while (backfill.progress().counts().failed() < 4) {
      backfill.step(node);
    }
    rerouteFrom(State.FAILED);
    bench.run(backfill.engine);
    BackfillProgress end = backfill.toItsEnd(node);
    assertEquals(BackfillPhase.INCOMPLETE, end.phase());
    assertEquals(new BackfillProgress.Counts(5, 4, 1, 0, 0, 0), end.counts());
    backfill.checkS11(keys(5));
    assertEquals(1, bench.alertCodes().stream().filter("BACKFILL_INCOMPLETE"::equals).count());
    bench.checkInvariants();
  }

  private void reroute() {
    rerouteFrom(State.ACCEPTED);
  }

  private void rerouteFrom(State state) {
    keys(5).stream()
        .filter(key -> bench.state(key) == state)
        .filter(key -> bench.entry(key).run().pipeline().name().equals("silent"))
        .forEach(
            key ->
                backfill.apply(
                    key,
                    new Event.Rerouted(
                        "silent",
                        backfill.good.ref(),
                        backfill.good.stages().get(0).ref(),
                        CAROL)));
  }

  @Test
  void liveTraffic_isSeenBesideReplacements() {
    Set<SequenceKey> all = keys(60);
    all.forEach(backfill::verify);
    backfill.planAndStart(ALL.at(new BackfillPace(1_000, 20)));
    Backfiller node = backfill.node(bench.watchedLedger);
    ticks(node, 15);
    assertEquals(20, backfill.progress().counts().running());
    for (int i = 100; i < 140; i++) {
      Bench.submit(backfill.engine, key(i), "a", "x");
    }
    ticks(node, 8);
    all.stream()
        .filter(key -> bench.entry(key).beside().run().isPresent())
        .forEach(key -> backfill.apply(key, new SideRunEvent.Cancelled(CAROL)));
    ticks(node, 1);
    BackfillProgress yielding = backfill.progress();
    assertEquals(20, yielding.causes().get("RUN_CANCELLED"));
    assertTrue(yielding.counts().running() <= 1, yielding::toString);
  }

  private void ticks(Backfiller node, int count) {
    for (int tick = 0; tick < count; tick++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void canaries_areLeftOut() {
    Canaries canaries =
        new Canaries(
            backfill.engine,
            new CanaryPolicy(
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                upload -> upload.add(ItemName.of("a"), new byte[] {1})));
    for (int tick = 0; tick < 30; tick++) {
      bench.time.advance(Duration.ofSeconds(10));
      canaries.tick();
    }
    assertFalse(
        bench
            .ledger
            .ledger()
            .scan(
                new ScanQuery(
                    Optional.of(Canary.OWNER), Optional.empty(), Set.of(), Optional.empty(), 10))
            .entries()
            .isEmpty());
    backfill.fail(2);
    BackfillProgress frozen = backfill.backfills().plan(NAME, ALL, CAROL);
    assertEquals(new BackfillProgress.Counts(2, 0, 0, 2, 0, 0), frozen.counts());
    assertEquals(
        2, backfill.backfills().rehearse("next", ALL, (key, state) -> {}).selection().sequences());
  }

  @Test
  void ownersHearOfAResultThatABackfillHasMadeAgain() {
    bench.tellsOwners = true;
    Engine telling = backfill.engine(bench.watchedLedger);
    keys(2).forEach(backfill::verify);
    NoticeOutbox outbox = bench.ledger.alerts().notices();
    assertEquals(0, outbox.pending());
    backfill.planAndStart(ALL.among(new TreeSet<>(Set.of(key(0)))));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; !backfill.progress().phase().isOver(); tick++) {
      assertTrue(tick < 100, () -> backfill.progress().toString());
      node.tick();
      bench.run(telling);
      bench.time.advance(Duration.ofSeconds(1));
    }
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(1, outbox.pending());
    assertTrue(OwnerNotices.isRemade(replaced(key(0))), "a backfill's");
    assertEquals(
        Optional.of(NoticeKind.REPAIRED),
        OwnerNotices.kind(TransitionKind.REPLACED, State.VERIFIED, true));
    backfill.apply(
        key(1),
        new SideRunEvent.Started(
            RunKind.REPLACEMENT,
            backfill.good.ref(),
            backfill.good.stages().get(0).ref(),
            Optional.empty(),
            CAROL));
    bench.run(telling);
    assertFalse(OwnerNotices.isRemade(replaced(key(1))), "a person's own");
    assertEquals(1, outbox.pending());
  }

  private HistoryRow replaced(SequenceKey key) {
    return bench.history(key).stream()
        .filter(row -> row.step().kind() == TransitionKind.REPLACED)
        .findFirst()
        .orElseThrow();
  }
}
