package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** In which order ids are run, and when those that were passed by come again. */
final class BackfillWalkTest {

  private static final Optional<BackfillWalk.Page> END = Optional.empty();

  private final Bench bench = new Bench();
  private final BackfillSets sets = new BackfillSets(bench.ledger, "may");
  private long nanos = 5;
  private final BackfillWalk walk = new BackfillWalk(sets, () -> nanos);

  private static SequenceKey key(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private void waits(int urgency, int... numbers) {
    for (int number : numbers) {
      sets.add(sets.waiting(urgency), List.of(key(number)));
    }
  }

  private void reads(int urgency, int... numbers) {
    List<SequenceKey> keys = Arrays.stream(numbers).mapToObj(BackfillWalkTest::key).toList();
    assertEquals(Optional.of(new BackfillWalk.Page(urgency, keys)), walk.next(2));
  }

  private void advance(Duration by) {
    nanos += by.toNanos();
  }

  @Test
  void mostUrgent_goFirstAndInTheOrderOfKeys() {
    waits(3, 5, 4);
    waits(BackfillSets.URGENCIES - 1, 1);
    waits(0, 7, 9, 8);
    reads(0, 7, 8);
    walk.past(key(8), 2);
    reads(0, 9);
    walk.past(key(9), 1);
    reads(3, 4, 5);
    walk.past(key(5), 2);
    reads(BackfillSets.URGENCIES - 1, 1);
    walk.past(key(1), 1);
    assertEquals(END, walk.next(2));
    reads(0, 7, 8);
  }

  @Test
  void pageThatWasNotGonePast_isReadAgain() {
    waits(1, 1, 2, 3);
    reads(1, 1, 2);
    reads(1, 1, 2);
  }

  @Test
  void fewThatWerePassedBy_areNotWaitedForLongerThanAMinute() {
    waits(1, 1, 2, 3, 4);
    reads(1, 1, 2);
    walk.past(key(2), 1);
    advance(Duration.ofMinutes(1));
    reads(1, 3, 4);
    advance(Duration.ofNanos(1));
    reads(1, 1, 2);
    // The pass that begins anew has passed nothing by, and a minute of its own.
    advance(Duration.ofMinutes(2));
    walk.past(key(2), 0);
    reads(1, 3, 4);
  }

  @Test
  void passThatPassedManyBy_goesOnToItsEnd() {
    waits(1, 1, 2, 3, 4);
    reads(1, 1, 2);
    walk.past(key(2), 999);
    advance(Duration.ofMinutes(2));
    reads(1, 1, 2);
    walk.past(key(2), 1_000);
    advance(Duration.ofMinutes(2));
    reads(1, 3, 4);
    walk.past(key(4), 0);
    assertEquals(END, walk.next(2));
    reads(1, 1, 2);
    walk.past(key(2), 0);
    advance(Duration.ofMinutes(2));
    reads(1, 3, 4);
  }

  @Test
  void passThatIsToGoOnToItsEnd_doesSoWhateverIsForgotten() {
    waits(1, 1, 2, 3, 4);
    reads(1, 1, 2);
    walk.past(key(2), 2);
    walk.goOnToTheEnd();
    advance(Duration.ofMinutes(2));
    walk.forget();
    reads(1, 3, 4);
    walk.past(key(4), 2);
    assertEquals(END, walk.next(2));
    reads(1, 1, 2);
    walk.past(key(2), 2);
    walk.forget();
    reads(1, 1, 2);
  }

  @Test
  void setThatWasEmpty_isAskedAgainOnceThatIsForgotten() {
    assertEquals(END, walk.next(2));
    assertTrue(walk.isExhausted());
    waits(1, 1);
    assertEquals(END, walk.next(2));
    walk.forget();
    assertFalse(walk.isExhausted());
    reads(1, 1);
  }

  @Test
  void walk_isExhaustedOnceEachUrgencyWasFoundEmpty() {
    waits(1, 1);
    reads(1, 1);
    assertFalse(walk.isExhausted());
    walk.past(key(1), 0);
    assertEquals(END, walk.next(2));
    assertFalse(walk.isExhausted(), "one was read of it in this pass");
    sets.remove(sets.waiting(1), List.of(key(1)));
    assertEquals(END, walk.next(2));
    assertTrue(walk.isExhausted());
    // Nothing is added while a backfill runs, so what was empty is not asked again.
    waits(1, 1);
    assertEquals(END, walk.next(2));
  }
}
