package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * How claims are shared between owners and between kinds of work.
 *
 * <p>An adapter may hash owners into 32 lanes or more, and which owners share a lane is its own
 * affair. A small owner waits behind the big one for good reason only if both share a lane. Of 20
 * small owners 0.6 are expected to, and 7 or more do under one hash in 600,000; 7 or more small
 * owners share any one lane under one in 20,000. So the cases here ask for what holds for 14 of the
 * 20, where a queue without lanes serves none.
 */
abstract class FairClaimCases extends LedgerFixture {

  private static final int SMALL_OWNERS = 20;
  private static final int SURELY_APART = 14;
  private static final int MOST_IN_A_LANE = 6;
  private static final String BIG = "big-owner";
  private static final WorkRef[] ALL = {SECOND_WORK, FIRST_WORK, VERIFICATION};

  @Test
  @DisplayName("one owner's 500 older sequences do not keep 20 other owners' one waiting")
  final void bigOwner_doesNotStarveOthers() {
    acceptDue(bigKeys(500), START);
    acceptDue(smallKeys(1), START.plusSeconds(1));
    time.set(START.plusSeconds(60));
    int limit = SMALL_OWNERS + 1;
    // A claim serves at least half of the lanes, as their shares are rounded up.
    int claims = 2 * MOST_IN_A_LANE;
    assertTrue(claims * limit < 500, "first come, first served, would take the big owner's alone");
    Set<String> served = new HashSet<>();
    for (int i = 0; i < claims; i++) {
      List<Claimed> claimed = claimSome(limit, FIRST_WORK);
      claimed.forEach(one -> served.add(ownerOf(one)));
    }
    assertTrue(served.contains(BIG), "the big owner has its turn, too");
    assertServed(served);
  }

  @Test
  @DisplayName("claims of one at a time take the owners' lanes in turn")
  final void claimsOfOne_takeTurns() {
    acceptDue(bigKeys(200), START);
    acceptDue(smallKeys(10), START.plusSeconds(1));
    time.set(START.plusSeconds(60));
    int lanes = SMALL_OWNERS + 1;
    int claims = MOST_IN_A_LANE * lanes;
    assertTrue(claims < 200, "first come, first served, would take the big owner's alone");
    assertTrue(claims < SURELY_APART * 10, "emptying lane after lane would not come far enough");
    Map<String, Integer> served = new HashMap<>();
    for (int i = 0; i < claims; i++) {
      served.merge(ownerOf(claimSome(1, FIRST_WORK).get(0)), 1, Integer::sum);
    }
    assertServed(served.keySet());
    int big = served.getOrDefault(BIG, 0);
    assertTrue(big >= MOST_IN_A_LANE, () -> "the big owner's lane had " + big + " turns");
  }

  @Test
  @DisplayName("claimers of different work take turns each for itself, however they alternate")
  final void claimsOfTwoKindsInAlternation_takeTurns() {
    acceptDue(bigKeys(200), START);
    acceptWork(keys(BIG, "v", 200), VERIFICATION, key -> START);
    acceptDue(smallKeys(10), START.plusSeconds(1));
    time.set(START.plusSeconds(60));
    int claims = MOST_IN_A_LANE * (SMALL_OWNERS + 1);
    assertTrue(claims < SURELY_APART * 10, "emptying lane after lane would not come far enough");
    Set<String> served = new HashSet<>();
    for (int i = 0; i < claims; i++) {
      served.add(ownerOf(claimSome(1, SECOND_WORK, FIRST_WORK).get(0)));
      assertEquals(BIG, ownerOf(claimSome(1, VERIFICATION).get(0)));
    }
    assertServed(served);
  }

  @Test
  @DisplayName("of many lanes one claim takes no more from each than its part of the limit")
  final void share_bounded() {
    acceptDue(bigKeys(150), START);
    acceptDue(smallKeys(10), START.plusSeconds(1));
    time.set(START.plusSeconds(60));
    // That 20 owners fall into fewer than 8 of 32 lanes happens under one hash in 4 million.
    int share = (100 + 7) / 8;
    long big = claimSome(100, FIRST_WORK).stream().filter(one -> ownerOf(one).equals(BIG)).count();
    assertTrue(big <= share, () -> big + " of one owner, and 20 others wait");
  }

  @Test
  @DisplayName("kinds of work take turns from claim to claim, and share the limit of one")
  final void works_takeTurns() {
    Map<SequenceKey, WorkRef> workOf = new HashMap<>();
    for (int i = 0; i < ALL.length; i++) {
      int second = i;
      List<SequenceKey> keys = keys("o1", "w" + i + "-", 40);
      acceptWork(keys, ALL[i], key -> START.plusSeconds(second));
      for (SequenceKey key : keys) {
        workOf.put(key, ALL[i]);
      }
    }
    time.set(START.plusSeconds(60));
    for (int round = 0; round < 4; round++) {
      Set<WorkRef> served = new HashSet<>();
      for (int i = 0; i < ALL.length; i++) {
        served.add(workOf.get(claimSome(1, ALL).get(0).entry().key()));
      }
      assertEquals(Set.of(ALL), served, "three lanes in three claims");
    }
    Map<WorkRef, Integer> shares = new HashMap<>();
    for (Claimed claimed : claimSome(30, ALL)) {
      shares.merge(workOf.get(claimed.entry().key()), 1, Integer::sum);
    }
    assertTrue(shares.values().stream().allMatch(share -> share <= 10), shares::toString);
    for (int i = 0; i < 5; i++) {
      assertEquals(FIRST_WORK, workOf.get(claimSome(1, FIRST_WORK).get(0).entry().key()));
    }
  }

  @Test
  @DisplayName(
      "no claim is empty or over its limit while something is due, and each lane keeps its order")
  final void drained_neverEmptyNeverOver() {
    Map<SequenceKey, Entry> due = acceptMixed(new SplittableRandom(5));
    time.set(START.plusSeconds(100));
    SplittableRandom limits = new SplittableRandom(6);
    while (!due.isEmpty()) {
      Instant latest = Instant.MIN;
      for (Claimed claimed : claimSome(1 + limits.nextInt(12), ALL)) {
        Entry before = due.remove(claimed.entry().key());
        if (before == null) {
          throw new AssertionError("claimed though not due: " + claimed.entry().key());
        }
        Instant at = before.position().visibleAt();
        assertFalse(at.isBefore(latest), "the longest due first within a claim");
        latest = at;
        assertEquals(before.version() + 1, claimed.entry().version());
        assertTrue(
            due.values().stream()
                .filter(other -> laneOf(other).equals(laneOf(before)))
                .noneMatch(other -> other.position().visibleAt().isBefore(at)),
            "the longest due first within a lane");
      }
    }
    assertEquals(List.of(), claim(10, ALL));
  }

  @Test
  @DisplayName(
      "racing claims of several kinds of work are each within their limit, and grant each once")
  final void claimRace_withinLimits() {
    Map<SequenceKey, Entry> due = acceptMixed(new SplittableRandom(7));
    time.set(START.plusSeconds(100));
    AtomicInteger left = new AtomicInteger(due.size());
    List<List<SequenceKey>> shares =
        Race.run(
            4,
            thread ->
                () -> {
                  SplittableRandom limits = new SplittableRandom(thread);
                  List<SequenceKey> mine = new ArrayList<>();
                  for (int i = 0; left.get() > 0; i++) {
                    assertTrue(i < 10_000, "claims come to an end");
                    int limit = 1 + limits.nextInt(9);
                    List<Claimed> claimed = claim(limit, ALL);
                    assertTrue(claimed.size() <= limit, () -> claimed.size() + " of " + limit);
                    mine.addAll(claimedKeys(claimed));
                    left.addAndGet(-claimed.size());
                  }
                  return mine;
                });
    assertEquals(
        due.keySet().stream().sorted().toList(),
        shares.stream().flatMap(List::stream).sorted().toList());
    assertEquals(List.of(), claim(10, ALL));
  }

  /** Entries of several owners and kinds of work, due at different times up to 99 s later. */
  private Map<SequenceKey, Entry> acceptMixed(SplittableRandom random) {
    Map<SequenceKey, Entry> due = new HashMap<>();
    for (int i = 0; i < ALL.length; i++) {
      List<SequenceKey> keys = new ArrayList<>();
      for (int owner = 0; owner < 6; owner++) {
        keys.addAll(keys("owner" + owner, "w" + i + "-", 1 + random.nextInt(15)));
      }
      for (Entry entry : acceptWork(keys, ALL[i], key -> START.plusSeconds(random.nextInt(100)))) {
        due.put(entry.key(), entry);
      }
    }
    return due;
  }

  private List<Entry> acceptWork(
      List<SequenceKey> keys, WorkRef work, Function<SequenceKey, Instant> at) {
    if (work.equals(VERIFICATION)) {
      List<Entry> accepted = acceptAll(keys, entry -> entry);
      return applyAll(
          accepted.stream().map(entry -> sealed(entry, at.apply(entry.key()))).toList());
    }
    StageRef stage = work.stage().orElseThrow();
    return acceptAll(
        keys,
        entry ->
            withStage(
                dueAt(entry, at.apply(entry.key())),
                work.pipeline(),
                stage.name(),
                stage.contractVersion()));
  }

  private Transition sealed(Entry accepted, Instant at) {
    Entry sealed = transitions.move(accepted, State.PROCESSED).after();
    Position due =
        new Position(State.PROCESSED, sealed.version(), at, 0, sealed.position().lease());
    return transitions.change(
        accepted,
        new Guard.AtVersion(accepted.version()),
        TransitionKind.STAGE_DONE,
        sealed.withPosition(due));
  }

  /** Accepts work that becomes due one after the other, a millisecond apart. */
  private void acceptDue(List<SequenceKey> keys, Instant first) {
    Map<SequenceKey, Integer> places = new HashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      places.put(keys.get(i), i);
    }
    acceptWork(keys, FIRST_WORK, key -> first.plusMillis(places.getOrDefault(key, 0)));
  }

  /** Claims where something is due, so that no claim may be empty. */
  private List<Claimed> claimSome(int limit, WorkRef... wanted) {
    List<Claimed> claimed = claim(limit, wanted);
    assertFalse(claimed.isEmpty(), "a claim is empty though something is due");
    assertTrue(claimed.size() <= limit, () -> claimed.size() + " claimed of at most " + limit);
    return claimed;
  }

  private static void assertServed(Set<String> owners) {
    long small = owners.stream().filter(owner -> !owner.equals(BIG)).count();
    assertTrue(small >= SURELY_APART, () -> small + " of the small owners were served: " + owners);
  }

  private static String ownerOf(Claimed claimed) {
    return claimed.entry().key().owner().value();
  }

  private static List<Object> laneOf(Entry entry) {
    return List.of(entry.key().owner(), entry.run().work());
  }

  private static List<SequenceKey> bigKeys(int count) {
    return keys(BIG, "s", count);
  }

  /** The owners take turns in time, so that none of those who share a lane is before the others. */
  private static List<SequenceKey> smallKeys(int each) {
    return IntStream.range(0, each * SMALL_OWNERS)
        .mapToObj(i -> SequenceKey.of("owner-" + i % SMALL_OWNERS, "s" + i / SMALL_OWNERS))
        .toList();
  }

  private static List<SequenceKey> keys(String owner, String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> SequenceKey.of(owner, prefix + i)).toList();
  }
}
