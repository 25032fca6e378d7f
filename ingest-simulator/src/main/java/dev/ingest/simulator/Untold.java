package dev.ingest.simulator;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the sentinel to its time: what is due to be told is marked, and so told, within a minute.
 * Counted from when it was first so in the true time: damage takes a state from VERIFIED long after
 * the deadline, and clocks jump.
 */
final class Untold {

  /** How long telling may take. */
  static final Duration SLACK = Duration.ofMinutes(1);

  private static final int LIMIT = 1_000;

  private final String invariant;
  private final DueQuery query;
  private Map<SequenceKey, Instant> since = Map.of();

  Untold(String invariant, DueQuery query) {
    this.invariant = invariant;
    this.query = query;
  }

  /** Tells whether nothing waits to be told. */
  boolean isEmpty(World world) {
    return due(world, 1).isEmpty();
  }

  /** Throws for what has waited too long. */
  void check(World world) {
    Map<SequenceKey, Instant> still = new HashMap<>();
    for (Entry entry : due(world, LIMIT)) {
      Instant first = since.getOrDefault(entry.key(), world.now());
      if (first.plus(SLACK).isBefore(world.now())) {
        throw new InvariantViolation(
            invariant, entry.key(), "a mark within " + SLACK, entry.toString());
      }
      still.put(entry.key(), first);
    }
    since = still;
  }

  private List<Entry> due(World world, int limit) {
    return world
        .rawLedger()
        .ledger()
        .due(new DueQuery(query.kind(), query.lead(), query.escalations(), query.after(), limit));
  }
}
