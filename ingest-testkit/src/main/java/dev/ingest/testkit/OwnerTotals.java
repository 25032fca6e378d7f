package dev.ingest.testkit;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.util.EnumMap;
import java.util.Map;

/** Running sums over one owner's entries. */
final class OwnerTotals {

  /** The sums of an owner without entries; never changed. */
  static final OwnerTotals NONE = new OwnerTotals();

  private final Map<State, Long> counts = new EnumMap<>(State.class);
  private long heldBytes;

  void add(Entry entry) {
    counts.merge(entry.state(), 1L, Long::sum);
    heldBytes += held(entry);
  }

  void remove(Entry entry) {
    counts.computeIfPresent(entry.state(), (state, count) -> count == 1 ? null : count - 1);
    heldBytes -= held(entry);
  }

  Map<State, Long> counts() {
    return counts;
  }

  long heldBytes() {
    return heldBytes;
  }

  private static long held(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED, EXPIRING, DISCARDING ->
          entry.receipt().manifest().bytes();
      case EXPIRED, DISCARDED, LOST -> 0;
    };
  }
}
