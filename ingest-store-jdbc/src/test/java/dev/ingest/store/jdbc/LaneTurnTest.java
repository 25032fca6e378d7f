package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.WorkRef;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneTurnTest {

  private final LaneTurn turn = new LaneTurn(Set.of(Sample.WORK));

  private static long lane(int number) {
    return Lanes.first(Sample.WORK) + number;
  }

  @Test
  void firstClaim_looksIntoAllLanesFromTheBottom() {
    LaneTurn.Turn first = turn.next();
    assertFalse(first.isFloored());
    assertArrayEquals(
        IntStream.range(0, Lanes.COUNT).mapToLong(LaneTurnTest::lane).toArray(), first.lanes());
  }

  @Test
  void claimAfterOneThatTook_beginsBehindTheLastLaneAndAtTheFloors() {
    turn.took(turn.next(), Map.of(lane(3), 70L, lane(9), 90L));

    LaneTurn.Turn next = turn.next();

    assertTrue(next.isFloored());
    assertEquals(lane(10), next.lanes()[0]);
    assertEquals(70, next.floors()[Lanes.COUNT - 7]);
    assertEquals(90, next.floors()[Lanes.COUNT - 1]);
    assertEquals(LaneTurn.BOTTOM, next.floors()[0]);
  }

  @Test
  void everyEighthClaim_looksFromTheBottom() {
    turn.took(turn.next(), Map.of(lane(0), 5L));
    for (int claim = 2; claim <= 24; claim++) {
      assertEquals(claim % 8 != 0, turn.next().isFloored(), "claim " + claim);
    }
  }

  @Test
  void floors_areForgottenAllAtOnce() {
    turn.took(turn.next(), Map.of(lane(0), 5L, lane(1), 6L));
    turn.forget();
    assertFalse(turn.next().isFloored());
  }

  @Test
  void turns_areKeptBySetOfWorkAndBounded() {
    LaneTurns turns = new LaneTurns();
    LaneTurn work = turns.of(Set.of(Sample.WORK));
    assertSame(work, turns.of(Set.of(Sample.WORK)));
    assertNotSame(work, turns.of(Set.of(Sample.WORK, Sample.VERIFICATION)));
    for (int i = 0; i < 1_000; i++) {
      turns.of(Set.of(new WorkRef("p" + i, Optional.empty())));
    }
    assertNotSame(work, turns.of(Set.of(Sample.WORK)), "too many were kept");
  }
}
