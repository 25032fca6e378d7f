package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.BackfillPhase;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A frozen list beside the outcomes of its ids, which two nodes or a slow one may have left. */
final class BackfillCheckTest {

  private final BackfillBench backfill = new BackfillBench();
  private final BackfillSets sets = new BackfillSets(backfill.bench.ledger, NAME);
  private final ControlRecord.Key waiting = sets.waiting(BackfillSets.URGENCIES - 1);
  private final AtomicInteger steps = new AtomicInteger();

  private BackfillCheck check(Set<SequenceKey> frozen) {
    BackfillRecord.Tally tally = BackfillRecord.Tally.NONE.knowing("FIRST").knowing("SECOND");
    BackfillRecord record =
        BackfillRecord.ordered(
                NAME,
                BackfillPhase.RUNNING,
                BackfillTerms.of(FAILED_ONES, CAROL.reason()),
                CAROL,
                Bench.START)
            .with(BackfillRecord.Frozen.NEW.past(List.copyOf(new TreeSet<>(frozen))))
            .with(tally);
    return new BackfillCheck(backfill.tools(backfill.bench.ledger, steps::incrementAndGet), record);
  }

  private Set<SequenceKey> members(ControlRecord.Key set) {
    Set<SequenceKey> all = new TreeSet<>();
    sets.each(set, all::addAll);
    return all;
  }

  private static BackfillCheck.Found found(
      long planned, long gone, long done, List<Long> failed, long missed) {
    return new BackfillCheck.Found(
        new BackfillRecord.Tally(planned, gone, done, 0, List.of("FIRST", "SECOND"), failed),
        missed);
  }

  @Test
  void ofSeveralOutcomes_theWorstCountsAndIsTheOneThatIsLeft() {
    sets.add(sets.listed(), keys(6));
    sets.add(sets.done(), Set.of(key(0), key(1), key(2), key(4)));
    sets.add(sets.unrecoverable(), Set.of(key(1), key(3), key(4), key(5)));
    sets.add(sets.failed(0), Set.of(key(4), key(5)));
    sets.add(sets.failed(1), Set.of(key(2), key(4)));
    assertEquals(found(5, 1, 2, List.of(2L, 1L), 0), check(keys(6)).run());
    assertEquals(Set.of(key(0), key(1)), members(sets.done()));
    assertEquals(Set.of(key(3)), members(sets.unrecoverable()));
    assertEquals(Set.of(key(4), key(5)), members(sets.failed(0)));
    assertEquals(Set.of(key(2)), members(sets.failed(1)));
    assertEquals(Set.of(), members(waiting));
  }

  @Test
  void idsWithoutAnOutcome_waitAgain() {
    sets.add(sets.listed(), keys(4));
    sets.add(sets.done(), Set.of(key(1)));
    sets.add(sets.running(), Set.of(key(2)));
    assertEquals(found(4, 0, 1, List.of(0L, 0L), 3), check(keys(4)).run());
    assertEquals(Set.of(key(0), key(2), key(3)), members(waiting));
    assertEquals(keys(4), members(sets.listed()));
  }

  @Test
  void strays_leaveTheListAndCountForNothing() {
    sets.add(sets.listed(), keys(7));
    sets.add(sets.done(), Set.of(key(0), key(1), key(2)));
    sets.add(sets.running(), Set.of(key(3)));
    assertEquals(found(4, 0, 3, List.of(0L, 0L), 1), check(keys(4)).run());
    assertEquals(keys(4), members(sets.listed()));
    assertEquals(Set.of(key(3)), members(waiting));
  }

  /** The digest proves nothing of them then, so that none is taken for a stray. */
  @Test
  void listThatIsNotTheFrozenOne_isRefusedAndLeft() {
    sets.add(sets.listed(), keys(5));
    sets.add(sets.done(), Set.of(key(1)));
    BackfillCheck check = check(keys(4));
    assertThrows(IllegalStateException.class, check::run);
    assertEquals(keys(5), members(sets.listed()));
    assertEquals(Set.of(), members(waiting));
  }

  @Test
  void listOfAsManyOtherIds_isRefused() {
    Set<SequenceKey> others = new TreeSet<>(keys(5));
    others.remove(key(4));
    sets.add(sets.listed(), others);
    sets.add(sets.done(), others);
    Set<SequenceKey> frozen = new TreeSet<>(keys(5));
    frozen.remove(key(0));
    assertThrows(IllegalStateException.class, check(frozen)::run);
  }

  /** Before the list, between two of its ids, and behind it. */
  @Test
  void outcomeOfAnIdThatIsNotListed_isRefused() {
    List<SequenceKey> sorted = List.copyOf(keys(5));
    for (SequenceKey other : sorted) {
      Set<SequenceKey> listed = new TreeSet<>(sorted);
      listed.remove(other);
      for (ControlRecord.Key set :
          List.of(sets.done(), sets.unrecoverable(), sets.failed(0), sets.failed(1))) {
        sets.add(sets.listed(), listed);
        sets.add(sets.done(), listed);
        sets.add(set, Set.of(other));
        assertThrows(IllegalStateException.class, check(listed)::run, set.kind() + " " + other);
        sets.remove(set, Set.of(other));
        sets.remove(sets.listed(), listed);
        sets.remove(sets.done(), listed);
      }
    }
  }

  /** More than a page, than a batch of corrections, and than may be strays. */
  @Test
  void ids_areEachJudgedHoweverManyThereAre() {
    int many = 2_700;
    sets.add(sets.listed(), keys(many));
    sets.add(sets.done(), keys(600));
    sets.add(sets.failed(1), keys(600));
    assertEquals(found(many, 0, 0, List.of(0L, 600L), many - 600), check(keys(many)).run());
    assertEquals(Set.of(), members(sets.done()));
    assertEquals(keys(600), members(sets.failed(1)));
    assertEquals(many - 600, members(waiting).size());
    assertEquals(5, steps.get());
  }

  @Test
  void twoPagesOfStrays_areTakenFromTheList() {
    sets.add(sets.listed(), keys(3_000));
    sets.add(sets.done(), keys(1_000));
    assertEquals(found(1_000, 0, 1_000, List.of(0L, 0L), 0), check(keys(1_000)).run());
    assertEquals(keys(1_000), members(sets.listed()));
    assertEquals(Set.of(), members(waiting));
    assertEquals(8, steps.get());
  }

  /** A node that is slow writes one page after the end, so so many are something else. */
  @Test
  void moreThanTwoPagesOfStrays_areRefused() {
    sets.add(sets.listed(), keys(2_010));
    sets.add(sets.done(), keys(2));
    assertThrows(IllegalStateException.class, check(keys(2))::run);
    assertEquals(2_010, members(sets.listed()).size());
  }
}
