package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nodes that take turns at driving a backfill. */
final class BackfillTurnsTest {

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  @Test
  void nodesThatGetTheLeaseInTurn_countEachOutcomeOnceAndNeverGoOnWithWhatTheyRemember() {
    backfill.fail(40);
    backfill.poisoned.addAll(keys(4));
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 6)));
    Backfiller[] nodes = {backfill.node(bench.watchedLedger), backfill.node(bench.watchedLedger)};
    int turns = 0;
    while (!backfill.progress().phase().isOver()) {
      assertTrue(turns < 300, "after 300 turns it is " + backfill.progress());
      // The other one leaves before it has looked at what this one's turn brings.
      Backfiller node = nodes[turns % 2];
      node.tick();
      bench.run(backfill.engine);
      if (turns % 3 != 0) {
        bench.time.advance(Duration.ofSeconds(1));
        node.tick();
      }
      backfill.checkS11(keys(40));
      node.release();
      bench.time.advance(Duration.ofSeconds(1));
      turns++;
    }
    assertTrue(turns > 4, turns + " turns");
    assertEquals(BackfillPhase.INCOMPLETE, backfill.progress().phase());
    assertEquals(new BackfillProgress.Counts(40, 36, 4, 0, 0, 0), backfill.progress().counts());
    backfill.assertEachStartedOnce(keys(40));
    assertTrue(bench.caught.isEmpty(), bench.caught::toString);
  }
}
