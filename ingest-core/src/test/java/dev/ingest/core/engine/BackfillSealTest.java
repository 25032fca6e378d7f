package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Copies of what became of the ids of a backfill. */
final class BackfillSealTest {

  private static final String SEAL = "00000000000000ff";
  private static final int SEQUENCES = 5;

  private final BackfillBench backfill = new BackfillBench();
  private final Node node =
      backfill.bench.node(backfill.bench.watchedLedger, backfill.bench.watchedContent);

  BackfillSealTest() {
    backfill.fail(SEQUENCES);
    backfill.planAndStart(FAILED_ONES);
  }

  private BackfillSeal seal(Runnable goOn) {
    Committer committer = new Committer(node, new Supervisor(EngineListener.NONE));
    BackfillRuns starter = new BackfillRuns(node, committer, backfill.engine.acting());
    BackfillTools tools = BackfillTools.of(node, committer, starter, goOn);
    return new BackfillSeal(tools, tools.book().get(NAME), SEAL);
  }

  private Set<SequenceKey> copies() {
    BackfillSets sealed = new BackfillSets(node.ledger(), NAME).sealed(SEAL);
    Set<SequenceKey> all = new TreeSet<>();
    List<ControlRecord.Key> sets =
        List.of(
            sealed.done(),
            sealed.running(),
            sealed.unrecoverable(),
            sealed.failed(0),
            sealed.waiting(BackfillSets.URGENCIES - 1));
    sets.forEach(set -> all.addAll(sealed.page(set, Optional.empty(), SEQUENCES)));
    return all;
  }

  @Test
  void whole_hasACopyOfEachId() {
    BackfillSeal.Sealed sealed = seal(() -> {}).run();
    assertEquals(SEAL, sealed.seal());
    assertEquals(SEQUENCES, sealed.tally().planned());
    assertEquals(keys(SEQUENCES), copies());
  }

  @Test
  void cutOffAtAnyStep_leavesNoCopies() {
    AtomicInteger steps = new AtomicInteger();
    seal(steps::incrementAndGet).run();
    assertTrue(steps.get() > 0);
    for (int last = 1; last <= steps.get(); last++) {
      AtomicInteger left = new AtomicInteger(last);
      Runnable cutOff =
          () -> {
            if (left.decrementAndGet() == 0) {
              throw new IllegalStateException("the turn is lost");
            }
          };
      BackfillSeal doomed = seal(cutOff);
      assertThrows(IllegalStateException.class, doomed::run);
      assertEquals(Set.of(), copies(), "cut off at step " + last + " of " + steps);
    }
  }
}
