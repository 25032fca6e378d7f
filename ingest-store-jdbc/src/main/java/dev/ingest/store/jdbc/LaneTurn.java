package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.WorkRef;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Whose turn it is among the lanes of one set of work: each claim begins behind the last lane that
 * gave something to the claim before, so that even claims of one entry come round to every lane.
 * Safe for use by several threads, whose claims may begin at one lane when they come at one time.
 *
 * <p>It also knows a floor of each lane: the due time of what was last taken there. What is older
 * has been taken too, but for the index it is still there until the next vacuum, and a long backlog
 * leaves thousands of such rows before the first that is free. A floor is a hint, as rows below it
 * can become free again (a lease that ran out, a claim that was undone) or arrive late (an
 * acceptance that committed after a younger one). So every {@value #FLOORED}th claim looks from the
 * bottom, and so does the next one after a claim that found less than it wanted.
 */
final class LaneTurn {

  /** The floor of a lane of which nothing is known. */
  static final long BOTTOM = Long.MIN_VALUE;

  private static final int FLOORED = 8;

  private final long[] firsts;
  private final AtomicLongArray floors;
  private final AtomicInteger start = new AtomicInteger();
  private final AtomicInteger claims = new AtomicInteger();

  LaneTurn(Set<WorkRef> work) {
    firsts = work.stream().mapToLong(Lanes::first).sorted().toArray();
    floors = new AtomicLongArray(Lanes.COUNT * firsts.length);
    forget();
  }

  /**
   * The lanes of one claim.
   *
   * @param lanes all lanes of the work, in the order in which this claim takes them
   * @param floors the due time from which each is looked through
   * @param start the place of the first one in the order of all
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one call and never compared
  record Turn(long[] lanes, long[] floors, int start) {

    /** Tells whether something that is due may be below the floors. */
    boolean isFloored() {
      return Arrays.stream(floors).anyMatch(floor -> floor != BOTTOM);
    }

    /** The same turn, looked through from the bottom. */
    Turn fromBottom() {
      long[] bottoms = new long[floors.length];
      Arrays.fill(bottoms, BOTTOM);
      return new Turn(lanes, bottoms, start);
    }
  }

  /** Begins a claim. */
  Turn next() {
    long[] lanes = new long[floors.length()];
    long[] from = new long[lanes.length];
    int first = lanes.length == 0 ? 0 : start.get() % lanes.length;
    for (int i = 0; i < lanes.length; i++) {
      int place = (first + i) % lanes.length;
      lanes[i] = firsts[place % firsts.length] + place / firsts.length;
      from[i] = floors.get(place);
    }
    Turn turn = new Turn(lanes, from, first);
    return claims.incrementAndGet() % FLOORED == 0 ? turn.fromBottom() : turn;
  }

  /**
   * Ends a claim.
   *
   * @param turn its turn
   * @param latest the latest due time of what it took, by lane
   */
  void took(Turn turn, Map<Long, Long> latest) {
    int last = -1;
    for (int i = 0; i < turn.lanes().length; i++) {
      Long due = latest.get(turn.lanes()[i]);
      if (due != null) {
        last = i;
        floors.set((turn.start() + i) % floors.length(), due);
      }
    }
    if (last >= 0) {
      start.set((turn.start() + last + 1) % floors.length());
    }
  }

  /** Lets the next claim look from the bottom. */
  void forget() {
    for (int i = 0; i < floors.length(); i++) {
      floors.set(i, BOTTOM);
    }
  }
}
