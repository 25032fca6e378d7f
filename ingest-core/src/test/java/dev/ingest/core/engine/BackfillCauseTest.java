package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is named as the cause where the result beside a replacement run is found damaged. */
final class BackfillCauseTest {

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void resultThatIsDamagedBesideARun_isTheCauseAndNotAnotherRun() {
    Backfiller node = started(BackfillOrder.of(IncidentQuery.ALL).at(PACE));
    damage();
    assertCause("RESULT_DAMAGED", node);
  }

  @Test
  void runThatFailedBeforeItsResultWasDamaged_isNamedByItsOwnFailure() {
    Backfiller node =
        started(BackfillOrder.of(IncidentQuery.ALL).at(PACE).split(Map.of("silent", 1)));
    for (int i = 0; i < 60 && bench.entry(key(0)).beside().run().isPresent(); i++) {
      bench.run(backfill.engine);
      bench.time.advance(Duration.ofMinutes(1));
    }
    String told = bench.alert("SIDE_RUN_FAILED").message();
    assertTrue(told.contains("EXPECTATION_UNKNOWN: "), told);
    assertEquals(State.VERIFIED, bench.state(key(0)));
    damage();
    assertCause("EXPECTATION_UNKNOWN", node);
  }

  @Test
  void runOfAnotherAfterTheDamage_isTheCauseAlsoIfItFails() {
    Backfiller node = started(BackfillOrder.of(IncidentQuery.ALL).at(PACE));
    damage();
    backfill.poisoned.add(key(0));
    backfill.engine.acting().redrive(key(0), CAROL, false);
    bench.run(backfill.engine);
    assertEquals(State.FAILED, bench.state(key(0)));
    assertCause("SUPERSEDED", node);
  }

  /** Its one run is under way beside the result, and is not looked at before the next tick. */
  private Backfiller started(BackfillOrder order) {
    backfill.verify(key(0));
    backfill.planAndStart(order);
    Backfiller node = backfill.node(bench.watchedLedger);
    node.tick();
    assertTrue(bench.entry(key(0)).beside().run().isPresent());
    return node;
  }

  private void damage() {
    backfill.apply(
        key(0),
        new Event.DamageFound(
            Failures.of("RESULT_DAMAGED", Optional.empty(), "an item differs"), false));
    assertEquals(State.FAILED, bench.state(key(0)));
  }

  private void assertCause(String expected, Backfiller node) {
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    assertEquals(Map.of(key(0), expected), backfill.outcomes(Outcome.Kind.FAILED));
    assertEquals(1, backfill.starts(key(0)));
  }
}
