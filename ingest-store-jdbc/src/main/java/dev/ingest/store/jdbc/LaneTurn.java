package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.WorkRef;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lanes of a claim, each time from another one on, so that even claims of one entry come round
 * to every lane. Safe for use by several threads.
 */
final class LaneTurn {

  private final AtomicInteger claims = new AtomicInteger();

  /** Returns all lanes of the work, in the order in which this claim takes them. */
  long[] next(Set<WorkRef> work) {
    long[] firsts = work.stream().mapToLong(Lanes::first).sorted().toArray();
    int start = Math.floorMod(claims.getAndIncrement(), Math.max(1, Lanes.COUNT * firsts.length));
    long[] lanes = new long[Lanes.COUNT * firsts.length];
    for (int i = 0; i < lanes.length; i++) {
      int place = (start + i) % lanes.length;
      lanes[i] = firsts[place % firsts.length] + place / firsts.length;
    }
    return lanes;
  }
}
