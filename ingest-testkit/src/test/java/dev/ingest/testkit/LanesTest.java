package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LanesTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final StageRef OTHER_STAGE = new StageRef("other", 1);
  private static final WorkRef WORK = work(Transitions.FIRST_STAGE);
  private static final WorkRef OTHER = work(OTHER_STAGE);

  private final Entry sample =
      new Transitions(1, new ManualTime(START))
          .entry(SequenceKey.of("o", "s"), new Transitions(2, new ManualTime(START)).sessionId());

  private final Lanes lanes = new Lanes(owner -> owner);
  private final Map<SequenceKey, Entry> added = new HashMap<>();

  @Test
  void oneLane_givesTheLongestDueFirst() {
    for (int at : new int[] {3, 1, 2, 9}) {
      add("a", "s" + at, at);
    }
    assertEquals(List.of("a/s1", "a/s2"), take(2, 5));
    assertEquals(List.of("a/s3"), take(2, 5));
    assertEquals(List.of(), take(2, 5));
    assertEquals(List.of("a/s9"), take(2, 9));
  }

  @Test
  void severalLanes_shareTheLimitRoundedUp() {
    for (int i = 0; i < 10; i++) {
      add("a", "s" + i, i);
      add("b", "s" + i, 10 + i);
    }
    add("c", "s", 99);
    assertEquals(List.of("a/s0", "a/s1", "b/s0", "b/s1", "c/s"), take(6, 100));
    assertEquals(List.of("a/s2", "a/s3", "a/s4", "b/s2", "b/s3", "b/s4"), take(6, 100));
  }

  @Test
  void limitOfOne_takesLanesInTurn() {
    for (int i = 0; i < 3; i++) {
      add("a", "s" + i, i);
      add("b", "s" + i, 10 + i);
      add("c", "s" + i, 20 + i);
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      order.addAll(take(1, 100));
    }
    assertEquals(
        List.of("a/s0", "b/s0", "c/s0", "a/s1", "b/s1", "c/s1", "a/s2", "b/s2", "c/s2"), order);
  }

  @Test
  void laneCutByTheLimit_comesFirstNextTime() {
    for (int i = 0; i < 9; i++) {
      add("a", "s" + i, i);
      add("b", "s" + i, 10 + i);
    }
    assertEquals(List.of("a/s0", "a/s1", "b/s0"), take(3, 100));
    assertEquals(List.of("a/s2", "b/s1", "b/s2"), take(3, 100));
    assertEquals(List.of("a/s3", "a/s4", "b/s3"), take(3, 100));
  }

  @Test
  void newLanes_queueBehindThoseThatWait() {
    add("old", "s0", 0);
    add("old", "s1", 0);
    add("late", "s", 0);
    assertEquals(List.of("late/s"), take(1, 1));
    for (int i = 0; i < 5; i++) {
      add("new" + i, "s", 0);
    }
    assertEquals(List.of("old/s0"), take(1, 1));
  }

  @Test
  void claimsOfOtherWork_leaveTheTurn() {
    for (int i = 0; i < 4; i++) {
      add("a", "s" + i, 0);
      add("b", "s" + i, 0);
      lanes.add(entry("a", "t" + i, OTHER_STAGE, 0));
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      order.addAll(take(1, 1));
      assertEquals(1, lanes.take(Set.of(OTHER), START.plusSeconds(1), 1).size());
    }
    assertEquals(List.of("a/s0", "b/s0", "a/s1", "b/s1"), order);
  }

  @Test
  void timeBackwards_nothingIsDueThatWasBefore() {
    add("a", "s1", 1);
    add("b", "s5", 5);
    add("b", "s6", 6);
    assertEquals(List.of("a/s1"), take(1, 9));
    assertEquals(List.of(), take(5, 4));
    assertEquals(List.of("b/s5"), take(5, 5));
    assertEquals(List.of("b/s6"), take(5, 9));
  }

  @Test
  @Timeout(30)
  void manyOfOneOwnerAndManyOwners_eachServedInTurnAndFast() {
    for (int i = 0; i < 200_000; i++) {
      add("big", "s" + i, 0);
    }
    for (int i = 0; i < 10_000; i++) {
      add("o" + i, "s", 1);
    }
    Set<String> owners = new HashSet<>();
    for (int i = 0; i < 10_001; i++) {
      List<String> taken = take(1, 2);
      assertEquals(1, taken.size());
      owners.add(taken.get(0).substring(0, taken.get(0).indexOf('/')));
    }
    assertEquals(10_001, owners.size());
    assertEquals(
        IntStream.range(0, 199_999).count(),
        IntStream.range(0, 200).mapToLong(i -> take(1_000, 2).size()).sum());
    assertTrue(take(1, 2).isEmpty());
  }

  /** Takes, and removes what was taken. */
  private List<String> take(int limit, int atSecond) {
    Instant now = START.plusSeconds(atSecond);
    List<SequenceKey> keys = lanes.take(Set.of(WORK), now, limit);
    keys.forEach(key -> lanes.remove(Objects.requireNonNull(added.remove(key))));
    return keys.stream().map(SequenceKey::toString).toList();
  }

  private void add(String owner, String id, int dueSecond) {
    Entry entry = entry(owner, id, Transitions.FIRST_STAGE, dueSecond);
    added.put(entry.key(), entry);
    lanes.add(entry);
  }

  private Entry entry(String owner, String id, StageRef stage, int dueSecond) {
    Run run = sample.run();
    Receipt of = sample.receipt();
    return new Entry(
        new Receipt(
            SequenceKey.of(owner, id),
            of.manifest(),
            of.acceptedAt(),
            of.deadline(),
            of.expiresAt()),
        sample.raw(),
        new Position(State.ACCEPTED, 1, START.plusSeconds(dueSecond), 0, Optional.empty()),
        new Run(1, run.kind(), run.pipeline(), Optional.of(stage), 0, Optional.empty()),
        Optional.empty(),
        sample.standing(),
        sample.chain());
  }

  private static WorkRef work(StageRef stage) {
    return new WorkRef(Transitions.PIPELINE.name(), Optional.of(stage));
  }
}
