package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillPhase;
import dev.ingest.spi.SequenceKey;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node that finds out where each id is, as another one has left them, or takes over from it. */
final class BackfillRecoveryTest {

  private static final SequenceKey ENDED = key(0);
  private static final SequenceKey REVIVED = key(1);

  private static final String LOST = "another node has the turn";

  private final List<String> calls = new ArrayList<>();
  private int lostAt;

  /** Leaves one that has ended, and one that was started after all, also where they were before. */
  private static BackfillBench leftInTwoPlaces() {
    BackfillBench backfill = new BackfillBench();
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(backfill.bench.watchedLedger);
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
    BackfillTools tools = backfill.tools(backfill.bench.watchedLedger, () -> {});
    BackfillSets sets = tools.sets(record(tools));
    sets.add(sets.running(), List.of(ENDED, REVIVED));
    sets.add(sets.waiting(0), List.of(ENDED, REVIVED));
    sets.add(sets.unrecoverable(), List.of(REVIVED));
    sets.remove(sets.done(), List.of(REVIVED));
    return backfill;
  }

  private static BackfillRecord record(BackfillTools tools) {
    return tools.book().find(NAME).orElseThrow();
  }

  /** Recovers on a node that stands still, and loses its turn, right after one of its calls. */
  private Map<SequenceKey, Integer> recover(BackfillBench backfill, int lostAfter) {
    calls.clear();
    lostAt = lostAfter;
    BackfillRecord record = record(backfill.tools(backfill.bench.watchedLedger, () -> {}));
    FaultingLedger ledger =
        new FaultingLedger(
            backfill.bench.watchedLedger,
            call -> {
              calls.add(call.method());
              return new Fault.None();
            });
    BackfillTools tools = backfill.tools(ledger, this::goOn);
    calls.clear();
    return new BackfillRecovery(tools, record, new BackfillDoubts(NAME)).run().running();
  }

  private void goOn() {
    if (calls.size() >= lostAt) {
      throw new IncompleteTickException(LOST);
    }
  }

  @Test
  void idsInTwoPlaces_areTakenFromWhereTheyWere() {
    BackfillBench backfill = leftInTwoPlaces();
    assertEquals(Map.of(REVIVED, 2), recover(backfill, Integer.MAX_VALUE));
    BackfillTools tools = backfill.tools(backfill.bench.watchedLedger, () -> {});
    BackfillSets sets = tools.sets(record(tools));
    assertEquals(List.of(REVIVED), sets.page(sets.running(), Optional.empty(), 10));
    assertEquals(List.of(), sets.page(sets.waiting(0), Optional.empty(), 10));
    assertEquals(List.of(), sets.page(sets.unrecoverable(), Optional.empty(), 10));
  }

  /** What it would take away may have been put there by the one that has the turn now. */
  @Test
  void turnThatIsLostAtAnyCall_takesNothingAwayAfterwards() {
    BackfillBench backfill = leftInTwoPlaces();
    recover(backfill, Integer.MAX_VALUE);
    int inAll = calls.size();
    long removals = calls.stream().filter("remove"::equals).count();
    assertTrue(removals > 2, calls::toString);
    for (int at = 1; at < inAll; at++) {
      BackfillBench again = leftInTwoPlaces();
      try {
        recover(again, at);
      } catch (IncompleteTickException e) {
        assertEquals(LOST, e.getMessage());
      }
      List<String> afterwards = calls.subList(at, calls.size());
      assertTrue(!afterwards.contains("remove"), "after call " + at + ": " + afterwards);
    }
  }
}
