package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Backfills that wait for someone to decide, and who hears of it. */
final class BackfillWaitingTest {

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void backfillThatNobodyDecidesAboutForADay_isToldOnceAndItsEndToo() {
    backfill.fail(3);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    waitsFor(Backfilling.Decided.START, 1);
    backfill.backfills().decide(NAME, Backfilling.Decided.PAUSE, CAROL, false);
    waitsFor(Backfilling.Decided.RESUME, 2);
    assertEquals(0, count("BACKFILL_STALLED"));
  }

  @Test
  void backfillWhoseIdsAreNotAllWritten_isToldAfterHalfAnHourAsOneThatHoldsNothing() {
    backfill.fail(3);
    Engine dies =
        backfill.engine(
            new FaultingLedger(
                bench.watchedLedger,
                call -> call.method().equals("add") ? new Fault.CrashBefore() : Fault.NONE));
    BackfillOrder order = BackfillOrder.of(IncidentQuery.ALL).among(new TreeSet<>(keys(3)));
    assertThrows(SimulatedCrash.class, () -> dies.backfilling().plan(NAME, order, CAROL));
    assertEquals(BackfillPhase.COLLECTING, backfill.progress().phase());
    Backfiller node = backfill.node(bench.watchedLedger);
    bench.time.advance(BackfillConditions.STALLED.minusMillis(1));
    node.tick();
    assertEquals(0, count("BACKFILL_STALLED"));
    bench.time.advance(Duration.ofMillis(1));
    bench.time.advance(Backfiller.LOOK);
    node.tick();
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains("nothing of it is held") && told.contains("repeat the plan"), told);
    bench.time.advance(BackfillConditions.WAITING);
    node.tick();
    assertEquals(0, count("BACKFILL_WAITING"));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    bench.time.advance(Backfiller.LOOK);
    node.tick();
    assertEquals(1, count("BACKFILL_MOVING"));
  }

  /** Each node looks once, so that what was told is known from the ledger alone. */
  private void waitsFor(Backfilling.Decided decided, int time) {
    Backfiller node = backfill.node(bench.watchedLedger);
    bench.time.advance(BackfillConditions.WAITING.minusMillis(1));
    node.tick();
    assertEquals(time - 1, count("BACKFILL_WAITING"));
    bench.time.advance(Duration.ofMillis(1));
    for (int hour = 0; hour < 5; hour++) {
      node.tick();
      node.release();
      bench.time.advance(Duration.ofHours(1));
      node = backfill.node(bench.watchedLedger);
    }
    assertEquals(time, count("BACKFILL_WAITING"));
    assertEquals(time - 1, count("BACKFILL_DECIDED"));
    backfill.backfills().decide(NAME, decided, CAROL, false);
    node.tick();
    node.release();
    assertEquals(time, count("BACKFILL_DECIDED"));
  }

  private long count(String code) {
    return bench.alertCodes().stream().filter(code::equals).count();
  }
}
