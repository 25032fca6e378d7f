package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.Transitions;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backfill held, was discarded and is uploaded again: nobody holds it who is over. */
final class BackfillDiscardTest {

  private static final String OWN = "backfill/" + NAME;
  private static final String OTHER = "april";
  private static final SequenceKey GONE = key(1);

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  private static void discard(BackfillBench backfill) {
    backfill.apply(GONE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
  }

  private static void finish(BackfillBench backfill) {
    backfill.apply(GONE, new Event.DisposalFinished());
  }

  private static void uploadAgain(BackfillBench backfill) {
    Bench.submit(backfill.engine, GONE, "a", "x1");
    assertEquals(State.ACCEPTED, backfill.bench.state(GONE));
  }

  private static void cancel(BackfillBench backfill, Backfiller node) {
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    backfill.drive(node, BackfillPhase.CANCELLED);
  }

  private static void order(BackfillBench backfill, String name, Set<SequenceKey> keys) {
    BackfillOrder all = BackfillOrder.of(IncidentQuery.ALL).at(PACE);
    backfill.backfills().plan(name, all.among(new TreeSet<>(keys)), CAROL);
  }

  private Backfiller incomplete() {
    backfill.fail(3);
    backfill.poisoned.add(GONE);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    assertEquals(OWN, backfill.holder(GONE));
    return node;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void cancelledAtAnyMomentOfADiscard_holdsNothingThatIsUploadedAgain(int moment) {
    Backfiller node = incomplete();
    backfill.poisoned.clear();
    go(backfill, 0, moment);
    cancel(backfill, node);
    go(backfill, moment, 3);
    bench.run(backfill.engine);
    assertEquals(State.VERIFIED, bench.state(GONE));
    backfill.assertHeldBy("", keys(3));
    bench.checkInvariants();
  }

  /** The one that the simulation found: cancelled when the bytes were gone, or going. */
  @Test
  void cancelledOnceItsBytesAreGone_doesNotHoldWhatIsUploadedAgain() {
    cancelledAtAnyMomentOfADiscard_holdsNothingThatIsUploadedAgain(2);
  }

  @Test
  void discarded_isHeldByNoBackfillAndItsHistorySaysWhichLetGo() {
    incomplete();
    discard(backfill);
    assertEquals("", backfill.holder(GONE));
    String detail = bench.history(GONE).get(bench.history(GONE).size() - 1).note().detail();
    assertTrue(detail.contains("released=" + OWN + "; ground=ERASURE; "), detail);
    finish(backfill);
    assertEquals("", backfill.holder(GONE));
  }

  /** As an earlier version has left it: through both steps of the disposal. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void leftHeldByADiscardOfAnEarlierVersion_isNotHeldOnceItIsUploadedAgain(int step) {
    Backfiller node = incomplete();
    Optional<Hold> hold = bench.entry(GONE).standing().hold();
    backfill.poisoned.clear();
    go(backfill, 0, step);
    Transition left =
        new Transitions(3, bench.time).mark(bench.entry(GONE), one -> one.withHold(hold));
    assertTrue(bench.ledger.ledger().commit(List.of(left)).get(0).isApplied());
    cancel(backfill, node);
    go(backfill, step, 2);
    assertEquals(OWN, backfill.holder(GONE));
    uploadAgain(backfill);
    String detail = bench.history(GONE).get(bench.history(GONE).size() - 1).note().detail();
    assertTrue(detail.startsWith("released=" + OWN + "; session="), detail);
    bench.run(backfill.engine);
    assertEquals(State.VERIFIED, bench.state(GONE));
    backfill.assertHeldBy("", keys(3));
  }

  @Test
  void holdOfAPerson_outlivesADiscardAndAnUploadUntilTheyReleaseIt() {
    Backfiller node = incomplete();
    backfill.apply(GONE, new Event.HoldPlaced(new Hold("dave", "evidence", bench.time.instant())));
    discard(backfill);
    finish(backfill);
    cancel(backfill, node);
    uploadAgain(backfill);
    bench.run(backfill.engine);
    assertEquals("dave", backfill.holder(GONE));
    backfill.apply(GONE, new Event.HoldReleased(CAROL));
    assertEquals("", backfill.holder(GONE));
  }

  /** As long as it is not cancelled, it may need what failed. */
  @Test
  void incomplete_holdsAnewWhatIsUploadedAgain() {
    Backfiller node = incomplete();
    discard(backfill);
    finish(backfill);
    uploadAgain(backfill);
    lookAround(node);
    assertEquals(OWN, backfill.holder(GONE));
    cancel(backfill, node);
    backfill.assertHeldBy("", keys(3));
  }

  private void lookAround(Backfiller node) {
    for (int second = 0; second < 150; second++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
  }

  /** What waits, with or without the hold of its own, is held anew by the one that goes on. */
  @ParameterizedTest
  @CsvSource({"march, april", "april, march"})
  void uploadedAgainOnTwoLists_isHeldByTheOneThatGoesOn(String first, String second) {
    backfill.fail(3);
    order(backfill, first, keys(3));
    order(backfill, second, keys(3));
    assertEquals("backfill/" + first, backfill.holder(GONE));
    Backfiller node = backfill.node(bench.watchedLedger);
    discard(backfill);
    cancel(backfill, node);
    finish(backfill);
    uploadAgain(backfill);
    lookAround(node);
    assertEquals("backfill/" + OTHER, backfill.holder(GONE));
    backfill.assertHeldBy("backfill/" + OTHER, keys(3));
  }

  @Test
  void provenAndErasedBeforeItIsCounted_isNotHeldOnceItIsComplete() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int tick = 0; bench.state(GONE) != State.VERIFIED; tick++) {
      assertTrue(tick < 50, "it is " + bench.state(GONE));
      backfill.step(node);
    }
    assertEquals(OWN, backfill.holder(GONE));
    discard(backfill);
    finish(backfill);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    cancel(backfill, node);
    uploadAgain(backfill);
    bench.run(backfill.engine);
    backfill.assertHeldBy("", keys(3));
  }

  /** At each call of a cancellation in turn all of it happens, and the node goes on or dies. */
  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true"})
  void discardedAtEachCallOfACancellation_isNotHeld(int steps, boolean dies) {
    int at = 1;
    while (cancelledWhile(at, steps, dies)) {
      at++;
    }
    int reached = at - 1;
    assertTrue(reached > 10, "at " + reached + " calls");
  }

  private static boolean cancelledWhile(int at, int steps, boolean dies) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(3);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    int[] calls = {0};
    LedgerStore disturbed =
        new FaultingLedger(
            backfill.bench.watchedLedger,
            call -> {
              boolean isDead = dies && calls[0] >= at;
              if (++calls[0] == at) {
                go(backfill, 0, steps);
              }
              return isDead || (dies && calls[0] == at)
                  ? new Fault.CrashBefore()
                  : new Fault.None();
            });
    try {
      cancel(backfill, backfill.node(disturbed));
    } catch (SimulatedCrash e) {
      assertTrue(dies, "nobody was to die");
    }
    backfill.bench.time.advance(Duration.ofMinutes(2));
    backfill.drive(backfill.node(backfill.bench.watchedLedger), BackfillPhase.CANCELLED);
    go(backfill, calls[0] < at ? 0 : steps, 3);
    backfill.bench.run(backfill.engine);
    assertEquals(State.VERIFIED, backfill.bench.state(GONE), "at call " + at);
    backfill.assertHeldBy("", keys(3));
    return calls[0] >= at;
  }

  /** Takes the sequence from one step to another: discarded, gone, uploaded again. */
  private static void go(BackfillBench backfill, int from, int to) {
    IntStream.range(from, to)
        .forEach(
            step -> {
              switch (step) {
                case 0 -> discard(backfill);
                case 1 -> finish(backfill);
                default -> uploadAgain(backfill);
              }
            });
  }
}
