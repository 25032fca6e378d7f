package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.InFlightWalk.Found;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More in flight than is looked at at once: two entries a page, and ten pages a look. */
@Timeout(60)
final class InFlightWalkTest {

  private static final int MANY = 30;

  private final Shelf shelf = new Shelf();
  private final InFlightWalk walk = walk(TimePolicy.DEFAULT.target(), 2);

  @BeforeEach
  void acceptMany() {
    try (Ingest intake = shelf.builder().withoutWatch().build()) {
      for (int i = 0; i < MANY; i++) {
        try (Upload upload = intake.upload(key(i))) {
          upload.add(ItemName.of("a"), new byte[] {1});
          upload.submit();
        }
      }
    }
  }

  private InFlightWalk walk(Duration target, int page) {
    return new InFlightWalk(shelf.ledger.ledger(), target, page);
  }

  private static SequenceKey key(int number) {
    return SequenceKey.of("alice", "ride-%02d".formatted(number));
  }

  private Found look() {
    return walk.look(shelf.ledger.ledger().now());
  }

  private Instant deadline() {
    return shelf.entry(key(0)).receipt().deadline();
  }

  /**
   * Sets the deadline of all but the last a day later, which is marked as late as a sentinel does.
   */
  private void lastIsLate() {
    Instant deadline = deadline();
    Instant later = deadline.plus(Duration.ofDays(1));
    for (int i = 0; i < MANY - 1; i++) {
      shelf.apply(key(i), new Event.DeadlineExtended(later, new Event.Act("carol", "a day more")));
    }
    shelf.time.set(deadline.plusSeconds(2));
    shelf.apply(key(MANY - 1), new Event.DeadlinePassed());
  }

  @Test
  void zero_isUnknownUntilAllWasLookedAt() {
    Found first = look();
    assertEquals(0, first.overdue());
    assertFalse(first.isWhole(), "ten were not looked at");
    assertTrue(look().isWhole());
    assertTrue(look().isWhole(), "by the walk before");
  }

  @Test
  void whatIsLateInTheSecondPart_isFoundThereAndCountsUntilTheNextWalkIsThrough() {
    lastIsLate();
    assertFalse(look().isWhole());
    assertEquals(1, look().overdue());
    assertEquals(1, look().overdue());
    assertTrue(look().isWhole());
  }

  @Test
  void whatPassesItsDeadlineSinceItWasLookedAt_isFound() {
    Instant later = deadline().plus(Duration.ofDays(1));
    for (int i = 1; i < MANY; i++) {
      shelf.apply(key(i), new Event.DeadlineExtended(later, new Event.Act("carol", "a day more")));
    }
    shelf.time.set(deadline().minusSeconds(1));
    assertEquals(0, look().overdue());
    shelf.time.advance(Duration.ofSeconds(2));
    assertEquals(1, look().overdue(), "by the walk that has passed it by");
  }

  /** What the sentinel has marked is in the index of deadlines no more. */
  @Test
  void whatPassesItsDeadlineSinceItWasLookedAtAndIsMarked_isNoZero() {
    Instant later = deadline().plus(Duration.ofDays(1));
    for (int i = 1; i < MANY; i++) {
      shelf.apply(key(i), new Event.DeadlineExtended(later, new Event.Act("carol", "a day more")));
    }
    shelf.time.set(deadline().minusSeconds(1));
    assertEquals(0, look().overdue());
    assertTrue(look().isWhole(), "as no deadline has passed");
    assertEquals(0, look().overdue());
    shelf.time.advance(Duration.ofSeconds(2));
    shelf.apply(key(0), new Event.DeadlinePassed());
    Found second = look();
    assertTrue(second.overdue() > 0 || !second.isWhole(), "the walk has passed it by");
    Found third = look();
    assertEquals(1, third.overdue(), "a walk that began anew");
  }

  /** Three looks each, so that the second is under way when the first is older than a walk. */
  @Test
  void walksThatTakeSixMinutes_knowAZeroAllTheTime() {
    InFlightWalk slow = walk(TimePolicy.DEFAULT.target(), 1);
    List<Boolean> whole = new ArrayList<>();
    for (int minute = 0; minute <= 27; minute += 3) {
      whole.add(slow.look(shelf.ledger.ledger().now()).isWhole());
      shelf.time.advance(Duration.ofMinutes(3));
    }
    assertEquals(
        List.of(false, false, true, true, true, true, true, true, true, true),
        whole,
        "once the first is through");
  }

  @Test
  void aWalkThatIsOlderThanItCounts_tellsOfNoZero() {
    look();
    assertTrue(look().isWhole());
    shelf.time.advance(InFlightWalk.COUNTS.plusSeconds(1));
    assertFalse(look().isWhole());
    shelf.time.advance(InFlightWalk.VALID.plusSeconds(1));
    assertFalse(look().isWhole(), "it began anew");
    assertTrue(look().isWhole());
  }

  /** Behind the walk, and marked before the next one comes by: it is in no index. */
  @Test
  void whatIsAcceptedBehindAWalkAndMarked_isNoZero() {
    Duration target = Duration.ofMinutes(1);
    InFlightWalk brief = walk(target, 2);
    SequenceKey late = passBehind(brief, target);
    for (int i = 0; i < 3; i++) {
      Found found = brief.look(shelf.ledger.ledger().now());
      assertTrue(found.overdue() > 0 || !found.isWhole(), () -> "nobody has seen " + late);
      shelf.time.advance(Duration.ofSeconds(15));
    }
  }

  /** So also as the last look of a walk, of whose beginning that is too long ago. */
  @Test
  void aWalkThatTakesLongerThanATarget_knowsNoZeroAtItsEnd() {
    InFlightWalk slow = walk(Duration.ofMinutes(5), 1);
    List<Boolean> whole = new ArrayList<>();
    for (int minute = 0; minute <= 15; minute += 3) {
      whole.add(slow.look(shelf.ledger.ledger().now()).isWhole());
      shelf.time.advance(Duration.ofMinutes(3));
    }
    assertEquals(List.of(false, false, false, false, false, false), whole);
  }

  private SequenceKey passBehind(InFlightWalk passing, Duration target) {
    while (!passing.look(shelf.ledger.ledger().now()).isWhole()) {
      // The next look begins a walk.
    }
    assertTrue(passing.look(shelf.ledger.ledger().now()).isWhole(), "no target is over yet");
    SequenceKey late = SequenceKey.of("alice", "a-first");
    accept(late, target);
    shelf.time.advance(target.plusSeconds(1));
    shelf.apply(late, new Event.DeadlinePassed());
    return late;
  }

  private void accept(SequenceKey key, Duration target) {
    TimePolicy times = new TimePolicy(target, Duration.ofDays(30), Duration.ofDays(7));
    try (Ingest intake = shelf.builder().times(times).withoutWatch().build();
        Upload upload = intake.upload(key)) {
      upload.add(ItemName.of("a"), new byte[] {1});
      upload.submit();
    }
  }
}
