package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.key;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Backfills of which much fails while they run, and who hears of it. */
final class BackfillFailingTest {

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void backfillOfWhichMuchFails_isToldOnceWhileItRunsAndItsEndToo() {
    Backfiller node = failing();
    assertEquals(BackfillPhase.RUNNING, backfill.progress().phase());
    String told = bench.alert("BACKFILL_FAILING").message();
    assertTrue(told.contains("have ended failed: "), told);
    node.release();
    Backfiller next = backfill.node(bench.watchedLedger);
    next.tick();
    assertEquals(1, count("BACKFILL_FAILING"));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    tickFor(next, 5);
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_NOT_FAILING"));
  }

  /** Three quarters go to a pipeline that writes nothing, and one id is never run. */
  private Backfiller failing() {
    for (int i = 0; i < 60; i++) {
      backfill.verify(key(i));
    }
    backfill.planAndStart(
        BackfillOrder.of(IncidentQuery.ALL).split(Map.of("test", 25, "silent", 75)));
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int i = 0; i < 120 && count("BACKFILL_FAILING") == 0; i++) {
      tickFor(node, 1);
      bench.run(backfill.engine);
    }
    assertEquals(1, count("BACKFILL_FAILING"));
    return node;
  }

  @Test
  void nodeThatDiesAsAFailingBackfillEnds_leavesItsEndToTheNextNode() {
    failing().release();
    Backfiller dying =
        backfill.node(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    call.method().equals("raise") && count("BACKFILL_FAILING") == 1 && isOver()
                        ? new Fault.CrashBefore()
                        : Fault.NONE));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    assertThrows(SimulatedCrash.class, () -> tickFor(dying, 5));
    assertTrue(isOver());
    assertEquals(0, count("BACKFILL_NOT_FAILING"));
    bench.time.advance(Duration.ofMinutes(5));
    tickFor(backfill.node(bench.watchedLedger), 5);
    assertEquals(1, count("BACKFILL_NOT_FAILING"));
  }

  @Test
  void twentyAndATenth_areTheBoundsAndTheCausesAreNamed() {
    BackfillRecord record = record(180, 19);
    assertEquals(Optional.empty(), BackfillConditions.failing(record, false));
    assertTrue(BackfillConditions.failing(record, true).isPresent(), "what was told lasts");
    assertEquals(Optional.empty(), BackfillConditions.failing(record(181, 20), false));
    assertEquals(
        "20 of the 200 ids that have ended failed: 20 STAGE_ERROR; 800 are pending",
        BackfillConditions.failing(record(180, 20), false).orElseThrow());
  }

  private BackfillRecord record(long done, long failed) {
    if (bench.ledger.controls().read(BackfillRecord.key(NAME)).isEmpty()) {
      backfill.verify(key(0));
      backfill.planAndStart(BackfillOrder.of(IncidentQuery.ALL).split(Map.of("test", 1)));
    }
    BackfillRecord plan =
        BackfillRecord.parse(bench.ledger.controls().read(BackfillRecord.key(NAME)).orElseThrow());
    return plan.with(
        new BackfillRecord.Tally(1_000, 0, done, 0, List.of("STAGE_ERROR"), List.of(failed)));
  }

  private boolean isOver() {
    return backfill.progress().phase().isOver();
  }

  private void tickFor(Backfiller node, int minutes) {
    for (int i = 0; i < minutes; i++) {
      bench.time.advance(Duration.ofMinutes(1));
      node.tick();
    }
  }

  private long count(String code) {
    return bench.alertCodes().stream().filter(code::equals).count();
  }
}
