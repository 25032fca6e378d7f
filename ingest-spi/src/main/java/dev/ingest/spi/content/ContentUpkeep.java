package dev.ingest.spi.content;

/**
 * What keeps a content backend in order that no ledger knows of. An engine calls it once an hour; a
 * service that uses a store without an engine does it itself.
 *
 * <p>Safe for use by several threads, and by several processes at the same time.
 */
public interface ContentUpkeep {

  /** That of a backend in which nothing is left behind. */
  ContentUpkeep NONE = () -> {};

  /**
   * Removes what writes that never ended have left, once it is so old that their writers must be
   * dead. Never a key that was committed. Idempotent and bounded: what one call leaves, the next
   * one takes.
   *
   * @throws ContentException if not all of it could be looked at or removed; what was removed stays
   *     so
   */
  void sweep();
}
