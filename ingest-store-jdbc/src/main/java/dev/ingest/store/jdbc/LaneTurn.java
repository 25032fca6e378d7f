package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.WorkRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whose turn it is among the lanes of one set of work: each claim begins behind the last lane that
 * gave something to the claim before, so that even claims of one entry come round to every lane.
 * Safe for use by several threads, whose claims may begin at one lane when they come at one time.
 */
final class LaneTurn {

  private final long[] firsts;
  private final AtomicInteger start = new AtomicInteger();

  LaneTurn(Set<WorkRef> work) {
    firsts = work.stream().mapToLong(Lanes::first).sorted().toArray();
  }

  /**
   * The lanes of one claim.
   *
   * @param lanes all lanes of the work, in the order in which this claim takes them
   * @param start the place of the first one in the order of all
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one call and never compared
  record Turn(long[] lanes, int start) {}

  /** Begins a claim. */
  Turn next() {
    long[] lanes = new long[Lanes.COUNT * firsts.length];
    int first = lanes.length == 0 ? 0 : start.get() % lanes.length;
    for (int i = 0; i < lanes.length; i++) {
      int place = (first + i) % lanes.length;
      lanes[i] = firsts[place % firsts.length] + place / firsts.length;
    }
    return new Turn(lanes, first);
  }

  /** Ends a claim. */
  void took(Turn turn, List<Claimed> claimed) {
    Set<Long> gave = new HashSet<>();
    claimed.forEach(one -> gave.add(Lanes.of(one.entry())));
    for (int i = turn.lanes().length - 1; i >= 0; i--) {
      if (gave.contains(turn.lanes()[i])) {
        start.set((turn.start() + i + 1) % turn.lanes().length);
        return;
      }
    }
  }
}
