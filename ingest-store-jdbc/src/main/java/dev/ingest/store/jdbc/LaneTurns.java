package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.WorkRef;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The turns of all claimers, kept apart by what they claim: a worker and a verifier who shared one
 * would send each other back to the same few lanes for ever. Safe for use by several threads.
 */
final class LaneTurns {

  /** A node has two or three sets of work; beyond this, all begin anew at their first lane. */
  private static final int MOST = 100;

  private final Map<Set<WorkRef>, LaneTurn> turns = new ConcurrentHashMap<>();

  /** Returns whose turn it is among those who claim this work. */
  LaneTurn of(Set<WorkRef> work) {
    LaneTurn turn = turns.get(work);
    if (turn == null) {
      if (turns.size() >= MOST) {
        turns.clear();
      }
      turn = turns.computeIfAbsent(work, LaneTurn::new);
    }
    return turn;
  }
}
