package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backfills whose nodes die at any call, and that many disturb at a time. */
final class BackfillCrashTest {

  private static final int SEQUENCES = 5;
  private static final int SEEDS = Integer.getInteger("ingest.backfill.seeds", 60);

  /** A ledger whose process dies at one of its calls. */
  private static final class Dying {

    private final int at;
    private final boolean after;
    private int calls;
    private boolean dead;

    Dying(int at, boolean after) {
      this.at = at;
      this.after = after;
    }

    LedgerStore over(LedgerStore store) {
      return new FaultingLedger(
          store,
          call -> {
            calls++;
            if (dead || calls != at) {
              return dead ? new Fault.CrashBefore() : new Fault.None();
            }
            dead = true;
            return after ? new Fault.CrashAfter() : new Fault.CrashBefore();
          });
    }
  }

  /**
   * Dies, or stands still, at each call in turn, until there is none that is reached, and more
   * often than so.
   */
  private static void requireDeaths(int least, IntPredicate hasDiedAt) {
    int at = 1;
    while (hasDiedAt.test(at)) {
      at++;
    }
    int killed = at - 1;
    assertTrue(killed > least, "at " + killed + " calls");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedAtEachCallOfTheFreeze_goesOnAndEndsWithTheSameList(boolean after) {
    requireDeaths(20, at -> freezeKilledAt(new Dying(at, after), at % 2 == 0));
  }

  private boolean freezeKilledAt(Dying dying, boolean isGiven) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(SEQUENCES);
    BackfillOrder order =
        isGiven
            ? BackfillOrder.of(IncidentQuery.ALL).among(new TreeSet<>(keys(SEQUENCES))).at(PACE)
            : FAILED_ONES;
    Engine doomed = backfill.engine(dying.over(backfill.bench.watchedLedger));
    boolean hasDied = false;
    try {
      doomed.backfilling().plan(NAME, order, CAROL);
    } catch (SimulatedCrash e) {
      hasDied = true;
    }
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    boolean isLeft =
        backfill
            .backfills()
            .find(NAME)
            .filter(left -> left.phase() != BackfillPhase.COLLECTING)
            .isPresent();
    if (isLeft) {
      backfill.drive(node, BackfillPhase.FROZEN);
    } else {
      backfill.backfills().plan(NAME, order, CAROL);
    }
    assertEquals(
        new BackfillProgress.Counts(SEQUENCES, 0, 0, SEQUENCES, 0, 0),
        backfill.progress().counts(),
        "killed at call " + dying.at);
    backfill.checkS11(keys(SEQUENCES));
    backfill.assertHeldBy("backfill/" + NAME, keys(SEQUENCES));
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertEachStartedOnce(keys(SEQUENCES));
    backfill.assertHeldBy("", keys(SEQUENCES));
    return hasDied;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedAtEachCallOfTheRun_runsEachOnceAndEndsAsItShould(boolean after) {
    requireDeaths(100, at -> runKilledAt(new Dying(at, after)));
  }

  private boolean runKilledAt(Dying dying) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(SEQUENCES);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES);
    Backfiller doomed = backfill.node(dying.over(backfill.bench.watchedLedger));
    boolean hasDied = false;
    try {
      backfill.toItsEnd(doomed);
    } catch (SimulatedCrash e) {
      hasDied = true;
    }
    backfill.bench.time.advance(Duration.ofMinutes(2));
    BackfillProgress end = backfill.toItsEnd(backfill.node(backfill.bench.watchedLedger));
    String where = "killed at call " + dying.at + ", " + end;
    assertEquals(BackfillPhase.INCOMPLETE, end.phase(), where);
    assertEquals(
        new BackfillProgress.Counts(SEQUENCES, SEQUENCES - 1, 1, 0, 0, 0), end.counts(), where);
    assertEquals(Set.of(key(2)), backfill.outcomes(Outcome.Kind.FAILED).keySet(), where);
    backfill.checkS11(keys(SEQUENCES));
    backfill.assertEachStartedOnce(keys(SEQUENCES));
    Set<SequenceKey> proven = keys(SEQUENCES);
    proven.remove(key(2));
    backfill.assertHeldBy("", proven);
    backfill.assertHeldBy("backfill/" + NAME, Set.of(key(2)));
    return hasDied;
  }

  @Test
  void cancelledAfterADeathAtEachCallOfTheRun_countsExactly() {
    requireDeaths(100, at -> cancelledAfterADeath(new Dying(at, true)));
  }

  private boolean cancelledAfterADeath(Dying dying) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(SEQUENCES);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES);
    try {
      backfill.toItsEnd(backfill.node(dying.over(backfill.bench.watchedLedger)));
      return false;
    } catch (SimulatedCrash e) {
      backfill.bench.time.advance(Duration.ofMinutes(2));
    }
    if (!backfill.progress().phase().isOver()) {
      backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
      BackfillProgress end = backfill.toItsEnd(backfill.node(backfill.bench.watchedLedger));
      assertEquals(BackfillPhase.CANCELLED, end.phase(), "killed at call " + dying.at);
    }
    backfill.checkS11(keys(SEQUENCES));
    return true;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedAtEachCallOfTheCancellation_isSealedByTheNext(boolean after) {
    requireDeaths(20, at -> cancellationKilledAt(new Dying(at, after)));
  }

  private boolean cancellationKilledAt(Dying dying) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(SEQUENCES);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    for (int round = 0; round < 2; round++) {
      node.tick();
      backfill.bench.run(backfill.engine);
    }
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    backfill.bench.time.advance(Duration.ofMinutes(2));
    boolean hasDied = false;
    try {
      backfill.toItsEnd(backfill.node(dying.over(backfill.bench.watchedLedger)));
    } catch (SimulatedCrash e) {
      hasDied = true;
      backfill.bench.time.advance(Duration.ofMinutes(2));
    }
    BackfillProgress end = backfill.toItsEnd(backfill.node(backfill.bench.watchedLedger));
    assertEquals(BackfillPhase.CANCELLED, end.phase(), "killed at call " + dying.at);
    backfill.checkS11(keys(SEQUENCES));
    backfill.assertHeldBy("", keys(SEQUENCES));
    return hasDied;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelledWhileANodeStandsStillAtEachCallOfTheRun_countsExactly(boolean after) {
    requireDeaths(100, at -> cancelledWhileANodeStandsStill(at, after));
  }

  private boolean cancelledWhileANodeStandsStill(int at, boolean after) {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(SEQUENCES);
    backfill.poisoned.add(key(2));
    backfill.planAndStart(FAILED_ONES);
    AtomicInteger calls = new AtomicInteger();
    Runnable others =
        () -> {
          backfill.bench.time.advance(Duration.ofMinutes(2));
          backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
          backfill.toItsEnd(backfill.node(backfill.bench.watchedLedger));
        };
    Fault stands = after ? new Fault.Delay(() -> {}, others) : new Fault.Delay(others, () -> {});
    Backfiller slow =
        backfill.node(
            new FaultingLedger(
                backfill.bench.watchedLedger,
                call -> calls.incrementAndGet() == at ? stands : Fault.NONE));
    try {
      backfill.toItsEnd(slow);
    } catch (IncompleteTickException e) {
      assertTrue(calls.get() >= at, e::toString);
    }
    if (calls.get() < at) {
      return false;
    }
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase(), "stood still at call " + at);
    backfill.checkS11(keys(SEQUENCES));
    return true;
  }

  /** Invariant S11, whatever comes between whatever. */
  @Test
  void anyInterleaving_losesNoIdRunsNoneTwiceAndTellsTheTruthAtItsEnd() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        new Interleaving(seed).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** Nodes, workers, people and faults that take turns at random. */
  private static final class Interleaving {

    private static final int COUNT = 12;
    private static final int TURNS = 150;

    private final SplittableRandom random;
    private final BackfillBench backfill = new BackfillBench();
    private final List<Backfiller> nodes = new ArrayList<>();
    private boolean isCalm;

    Interleaving(int seed) {
      this.random = new SplittableRandom(seed);
    }

    void run() {
      backfill.fail(COUNT);
      backfill.poisoned.add(key(random.nextInt(COUNT)));
      backfill.planAndStart(FAILED_ONES.split(Map.of("test", 3, "silent", 1)));
      nodes.add(node());
      nodes.add(node());
      for (int turn = 0; turn < TURNS; turn++) {
        turn();
        check();
      }
      isCalm = true;
      if (backfill.progress().phase() == BackfillPhase.PAUSED) {
        backfill.backfills().decide(NAME, Backfilling.Decided.RESUME, CAROL, false);
      }
      backfill.bench.time.advance(Duration.ofMinutes(5));
      BackfillProgress end = backfill.toItsEnd(node());
      backfill.checkS11(keys(COUNT));
      check();
      assertEquals(0, end.counts().pending());
      assertEquals(
          end.counts().failed() == 0 ? BackfillPhase.COMPLETE : BackfillPhase.INCOMPLETE,
          end.phase());
      for (SequenceKey proven : backfill.outcomes(Outcome.Kind.DONE).keySet()) {
        assertEquals(1, backfill.starts(proven), proven + " was proven by an own run");
        assertTrue(!backfill.holder(proven).startsWith("backfill/"), proven + " is released");
      }
    }

    private Backfiller node() {
      return backfill.node(
          new FaultingLedger(
              backfill.bench.watchedLedger,
              call -> {
                if (isCalm || random.nextInt(40) > 0) {
                  return new Fault.None();
                }
                return switch (random.nextInt(4)) {
                  case 0 -> new Fault.CrashBefore();
                  case 1 -> new Fault.CrashAfter();
                  case 2 -> new Fault.FailBefore();
                  default -> new Fault.ReplyLost();
                };
              }));
    }

    private void turn() {
      int which = random.nextInt(nodes.size());
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          try {
            nodes.get(which).tick();
          } catch (SimulatedCrash e) {
            nodes.set(which, node());
          } catch (RuntimeException e) {
            // An error of the ledger, which the supervisor of a node would count: no beat.
            assertTrue(String.valueOf(e.getMessage()).length() > 0);
          }
        }
        case 3, 4 -> backfill.bench.run(backfill.engine);
        case 5 -> backfill.bench.time.advance(Duration.ofSeconds(random.nextInt(90)));
        case 6 -> person(key(random.nextInt(COUNT)));
        default -> pauseOrResume();
      }
    }

    private void person(SequenceKey key) {
      try {
        switch (random.nextInt(20)) {
          case 0 -> act(key, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
          case 1, 2, 3, 4, 5 ->
              act(
                  key,
                  new Event.HoldPlaced(new Hold("dave", "why", backfill.bench.time.instant())));
          case 6, 7, 8, 9, 10 -> act(key, new Event.HoldReleased(CAROL));
          default -> backfill.engine.acting().redrive(key, CAROL, false);
        }
      } catch (ActRefusedException e) {
        assertTrue(String.valueOf(e.getMessage()).contains(key.toString()));
      }
    }

    private void act(SequenceKey key, Event event) {
      backfill.engine.acting().act(key, event, false);
    }

    private void pauseOrResume() {
      Backfilling.Decided what =
          random.nextBoolean() ? Backfilling.Decided.PAUSE : Backfilling.Decided.RESUME;
      try {
        backfill.backfills().decide(NAME, what, CAROL, false);
      } catch (ActRefusedException | OutcomeUnknownException e) {
        assertTrue(String.valueOf(e.getMessage()).contains(NAME));
      }
    }

    private void check() {
      Set<SequenceKey> all = new TreeSet<>();
      for (Outcome.Kind kind :
          EnumSet.of(Outcome.Kind.DONE, Outcome.Kind.FAILED, Outcome.Kind.PENDING)) {
        backfill.backfills().report(NAME, Set.of(kind), (key, outcome, entry) -> all.add(key));
      }
      assertEquals(keys(COUNT), all, "no id is lost");
      for (SequenceKey key : keys(COUNT)) {
        assertTrue(backfill.starts(key) <= 1, key + " was started twice");
      }
    }
  }
}
