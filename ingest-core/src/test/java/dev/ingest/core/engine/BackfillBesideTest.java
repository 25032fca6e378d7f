package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Backfills beside each other, over some of the same ids: who holds what. */
final class BackfillBesideTest {

  private static final String OWN = "backfill/" + NAME;
  private static final String OTHER = "april";
  private static final BackfillOrder ALL = BackfillOrder.of(IncidentQuery.ALL).at(PACE);

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  private void order(String name, Set<SequenceKey> keys) {
    backfill.backfills().plan(name, ALL.among(new TreeSet<>(keys)), CAROL);
  }

  private void decide(String name, Backfilling.Decided what) {
    backfill.backfills().decide(name, what, CAROL, false);
  }

  private BackfillPhase phase(String name) {
    return backfill.backfills().find(name).orElseThrow().phase();
  }

  private void drive(Backfiller node, String name, BackfillPhase until) {
    for (int tick = 0; phase(name) != until; tick++) {
      assertTrue(tick < 500, () -> name + " is " + phase(name) + ", caught " + bench.caught);
      backfill.step(node);
    }
  }

  /** The first backfill is INCOMPLETE with these ids failed. */
  private Backfiller incomplete(Set<SequenceKey> poisoned) {
    backfill.fail(6);
    backfill.poisoned.addAll(poisoned);
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(bench.watchedLedger);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.toItsEnd(node).phase());
    backfill.assertHeldBy(OWN, poisoned);
    return node;
  }

  @Test
  void failedInAnIncompleteOne_staysHeldWhenAnotherOverItIsCancelled() {
    Set<SequenceKey> failed = Set.of(key(1), key(2));
    Backfiller node = incomplete(failed);
    order(OTHER, keys(6));
    backfill.assertHeldBy(OWN, failed);
    backfill.assertHeldBy("backfill/" + OTHER, Set.of(key(0), key(3)));
    decide(OTHER, Backfilling.Decided.CANCEL);
    drive(node, OTHER, BackfillPhase.CANCELLED);
    backfill.assertHeldBy(OWN, failed);
    backfill.assertHeldBy("", Set.of(key(0), key(3), key(4), key(5)));
  }

  @Test
  void failedInAnIncompleteOne_staysHeldAlsoOnceAnotherHasProvenIt() {
    Set<SequenceKey> failed = Set.of(key(1), key(2));
    Backfiller node = incomplete(failed);
    backfill.poisoned.clear();
    order(OTHER, keys(6));
    decide(OTHER, Backfilling.Decided.START);
    drive(node, OTHER, BackfillPhase.COMPLETE);
    backfill.assertHeldBy(OWN, failed);
    decide(NAME, Backfilling.Decided.CANCEL);
    drive(node, NAME, BackfillPhase.CANCELLED);
    backfill.assertHeldBy("", keys(6));
  }

  @Test
  void cancelled_handsItsHoldsOverToTheOneThatStillNeedsThem() {
    backfill.fail(6);
    order(NAME, keys(4));
    order(OTHER, keys(6));
    backfill.assertHeldBy(OWN, keys(4));
    Map<SequenceKey, Integer> rows = rows();
    decide(NAME, Backfilling.Decided.CANCEL);
    drive(backfill.node(bench.watchedLedger), NAME, BackfillPhase.CANCELLED);
    backfill.assertHeldBy("backfill/" + OTHER, keys(6));
    // Never without a hold in between: one row each.
    keys(4)
        .forEach(
            key -> assertEquals(rows.getOrDefault(key, 0) + 1, rows().get(key), key.toString()));
    keys(4)
        .forEach(
            key ->
                assertEquals(
                    "the incident of March",
                    bench.entry(key).standing().hold().map(Hold::reason).orElseThrow()));
  }

  @Test
  void proven_isHeldOnForTheOneWhereItIsNotDone() {
    backfill.fail(4);
    order(NAME, keys(4));
    order(OTHER, keys(2));
    decide(NAME, Backfilling.Decided.START);
    Backfiller node = backfill.node(bench.watchedLedger);
    drive(node, NAME, BackfillPhase.COMPLETE);
    backfill.assertHeldBy("backfill/" + OTHER, keys(2));
    backfill.assertHeldBy("", Set.of(key(2), key(3)));
    decide(OTHER, Backfilling.Decided.START);
    drive(node, OTHER, BackfillPhase.COMPLETE);
    backfill.assertHeldBy("", keys(4));
    bench.checkInvariants();
  }

  @Test
  void twoThatWait_writeNoHistory() {
    backfill.fail(6);
    order(NAME, keys(6));
    order(OTHER, keys(6));
    Map<SequenceKey, Integer> rows = rows();
    Backfiller node = backfill.node(bench.watchedLedger);
    for (int second = 0; second < 120; second++) {
      node.tick();
      bench.time.advance(Duration.ofSeconds(1));
    }
    assertEquals(rows, rows());
    backfill.assertHeldBy(OWN, keys(6));
  }

  @Test
  void holdOfOneThatIsOverOrUnknown_isReplaced() {
    backfill.fail(2);
    order(OTHER, Set.of(key(0)));
    decide(OTHER, Backfilling.Decided.CANCEL);
    drive(backfill.node(bench.watchedLedger), OTHER, BackfillPhase.CANCELLED);
    backfill.apply(key(0), new Event.HoldPlaced(hold("backfill/" + OTHER)));
    backfill.apply(key(1), new Event.HoldPlaced(hold("backfill/unheard")));
    order(NAME, keys(2));
    backfill.assertHeldBy(OWN, keys(2));
  }

  private Hold hold(String actor) {
    return new Hold(actor, "left behind", bench.time.instant());
  }

  private Map<SequenceKey, Integer> rows() {
    Map<SequenceKey, Integer> rows = new TreeMap<>();
    keys(6).forEach(key -> rows.put(key, bench.history(key).size()));
    return rows;
  }

  @Test
  void moreThanAHundredOpen_areRefused() {
    backfill.fail(1);
    for (int i = 0; i < 100; i++) {
      order("b" + i, keys(1));
    }
    assertThrows(ActRefusedException.class, () -> order("b100", keys(1)));
    // What is open goes on, and is repeated.
    order("b99", keys(1));
    decide("b50", Backfilling.Decided.CANCEL);
    drive(backfill.node(bench.watchedLedger), "b50", BackfillPhase.CANCELLED);
    order("b100", keys(1));
  }

  @Test
  void membersAmongKeys_areFoundAsOneByOne() {
    LedgerStore ledger = bench.ledger;
    BackfillSets sets = new BackfillSets(ledger, NAME);
    Set<SequenceKey> members = new TreeSet<>();
    Set<SequenceKey> asked = new TreeSet<>();
    for (int i = 0; i < 3 * sets.most(); i++) {
      SequenceKey key = SequenceKey.of("o" + i % 3, Integer.toString(i));
      if (i % 7 != 0) {
        members.add(key);
      }
      if (i % 11 == 0 || i < 20) {
        asked.add(key);
      }
    }
    asked.add(SequenceKey.of("0", "0"));
    asked.add(SequenceKey.of("0", "1"));
    asked.add(SequenceKey.of("o1", "a-"));
    members.add(SequenceKey.of("0", "0"));
    members.add(SequenceKey.of("o1", "a-"));
    sets.add(sets.listed(), members);
    Set<SequenceKey> expected = new TreeSet<>(asked);
    expected.retainAll(members);
    assertEquals(expected, sets.among(sets.listed(), asked));
    for (SequenceKey one : asked) {
      assertEquals(
          members.contains(one), sets.among(sets.listed(), Set.of(one)).contains(one), "" + one);
    }
    assertEquals(Set.of(), sets.among(sets.done(), asked));
    assertEquals(Set.of(), sets.among(sets.listed(), Set.of()));
  }
}
