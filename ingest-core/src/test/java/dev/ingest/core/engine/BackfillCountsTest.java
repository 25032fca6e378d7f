package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.BackfillRecord.Motion;
import dev.ingest.core.engine.BackfillRecord.Tally;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How a backfill counts its ids, how fast it moves, and its sets of ids. */
final class BackfillCountsTest {

  private static final Instant NOW = Bench.START;

  private static Tally tally(long done, long running, Long... failed) {
    List<String> causes = List.of("A", "B", "C").subList(0, failed.length);
    return new Tally(20, 5, done, running, causes, List.of(failed));
  }

  @Test
  void whatIsPending_isPlannedAndHasNotEnded() {
    Tally tally = tally(3, 2, 4L, 1L);
    assertEquals(5, tally.failedInAll());
    assertEquals(8, tally.ended());
    assertEquals(12, tally.pending());
    assertEquals(0, tally(30, 0, 1L).pending(), "never less than none");
  }

  @Test
  void counts_areMovedWhereTheyBelong() {
    Tally tally = tally(3, 2, 4L, 1L);
    assertEquals(new Tally(27, 14, 3, 2, List.of("A", "B"), List.of(4L, 1L)), tally.heldMore(7, 9));
    assertEquals(new Tally(20, 5, 10, 9, List.of("A", "B"), List.of(4L, 1L)), tally.counted(7, 9));
    assertEquals(new Tally(22, 3, 3, 2, List.of("A", "B"), List.of(4L, 1L)), tally.revived(2));
    assertEquals(new Tally(25, 0, 3, 2, List.of("A", "B"), List.of(4L, 1L)), tally.revived(6));
    assertEquals(tally(3, 2, 4L, 8L), tally.failedMore(1, 7));
    assertEquals(tally(3, 2, 4L, 1L, 0L), tally.knowing("C"));
    assertEquals(tally, tally.knowing("A"));
    assertEquals(Optional.of(1), tally.place("B"));
    assertEquals(Optional.empty(), tally.place("C"));
  }

  @Test
  void tallies_countAsTheSameWhereEachPlaceHasAsMany() {
    Tally tally = tally(3, 2, 4L, 1L);
    assertTrue(tally.countsAs(tally(3, 2, 4L, 1L)));
    assertTrue(tally.countsAs(tally(3, 2, 4L, 1L, 0L)), "one more cause is known");
    assertTrue(tally(3, 2, 4L, 1L, 0L).countsAs(tally));
    assertFalse(tally.countsAs(tally(4, 2, 4L, 1L)));
    assertFalse(tally.countsAs(tally(3, 3, 4L, 1L)));
    assertFalse(tally.countsAs(tally(3, 2, 4L, 2L)));
    assertFalse(tally.countsAs(new Tally(20, 5, 3, 2, List.of("A", "D"), List.of(4L, 1L))));
  }

  @Test
  void speed_isOfTheLastFiveToTenMinutes() {
    Motion begun = Motion.from(NOW, NOW, 100);
    Instant soon = NOW.plusSeconds(299);
    assertEquals(new Motion(NOW, NOW, NOW, 100, NOW, 100), begun);
    assertEquals(new Motion(NOW, soon, NOW, 100, NOW, 100), begun.at(soon, 150, true));
    assertEquals(begun, begun.at(soon, 150, false));
    Instant later = NOW.plusSeconds(300);
    Motion window = begun.at(later, 200, true);
    assertEquals(new Motion(NOW, later, NOW, 100, later, 200), window);
    Instant last = later.plusSeconds(300);
    assertEquals(new Motion(NOW, later, later, 200, last, 300), window.at(last, 300, false));
    assertEquals(new Motion(NOW, last, NOW, 100, later, 200), window.movedAt(last));
  }

  private final InMemoryLedger ledger = new InMemoryLedger(() -> NOW, IncarnationId.ofBits(1, 1));
  private final BackfillSets sets = new BackfillSets(ledger, "march");
  private final ControlRecord.Key done = sets.done();

  @Test
  void members_areFoundAmongKeysThatLieFarApart() {
    Set<SequenceKey> stored = new TreeSet<>(keys(3_000));
    Set<SequenceKey> asked = new TreeSet<>(Set.of(key(0), key(1), key(1_499), key(2_999)));
    asked.add(SequenceKey.of("nobody", "none"));
    asked.add(SequenceKey.of("a", "none"));
    stored.remove(key(1_499));
    sets.add(done, stored);
    assertEquals(Set.of(key(0), key(1), key(2_999)), sets.among(done, asked));
    assertEquals(stored, sets.among(done, stored));
    assertEquals(Set.of(), sets.among(done, Set.of()));
    assertEquals(Set.of(), sets.among(sets.running(), asked));
  }

  @Test
  void everyMember_isVisitedOnceInOrder() {
    int many = 2 * sets.most();
    sets.add(done, keys(many));
    List<SequenceKey> visited = new ArrayList<>();
    sets.each(done, visited::addAll);
    assertEquals(List.copyOf(keys(many)), visited);
    sets.remove(done, keys(many));
    sets.each(done, page -> visited.clear());
    assertEquals(many, visited.size(), "an empty set has no page");
  }

  @Test
  void batches_areNoLargerThanACallMayBeAndHaveEachKeyOnce() {
    List<SequenceKey> twice = new ArrayList<>(keys(sets.most() + 1));
    twice.addAll(keys(7));
    List<Integer> sizes = new ArrayList<>();
    sets.batches(twice, batch -> sizes.add(batch.size()));
    assertEquals(List.of(sets.most(), 1), sizes);
  }

  @Test
  void setsOfOneBackfill_haveNamesOfTheirOwn() {
    Set<ControlRecord.Key> all = new HashSet<>();
    for (BackfillSets each : List.of(sets, sets.sealed("ff"), new BackfillSets(ledger, "april"))) {
      all.add(each.done());
      all.add(each.running());
      all.add(each.unrecoverable());
      for (int number = 0; number < BackfillSets.URGENCIES; number++) {
        all.add(each.waiting(number));
        all.add(each.failed(number));
      }
    }
    assertEquals(3 * (3 + 2 * BackfillSets.URGENCIES), all.size());
    assertEquals(sets.listed(), sets.sealed("ff").listed());
  }
}
