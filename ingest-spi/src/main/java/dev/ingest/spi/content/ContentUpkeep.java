package dev.ingest.spi.content;

import java.util.List;

/**
 * What keeps a content backend in order that no ledger knows of. An engine calls it at intervals of
 * an hour or less; a service that uses a store without an engine does it itself.
 *
 * <p>Safe for use by several threads, and by several processes at the same time.
 */
public interface ContentUpkeep {

  /**
   * Removes what writes that never ended have left, once it is so old that their writers must be
   * dead. Never a key that was committed. Idempotent and bounded: what one call leaves, the next
   * one takes.
   *
   * @throws ContentException if not all of it could be looked at or removed; what was removed stays
   *     so
   */
  void sweep();

  /**
   * Reads by which rules the backend deletes bytes by itself, now.
   *
   * @return the rules, without those that were accepted by name; empty only if it is known that
   *     there are none
   * @throws ContentException if they cannot be read, so that nobody knows
   */
  List<DeletionRule> deletionRules();
}
