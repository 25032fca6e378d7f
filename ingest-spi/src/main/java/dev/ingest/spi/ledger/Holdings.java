package dev.ingest.spi.ledger;

import dev.ingest.spi.OwnerId;

/**
 * What the ledger says it holds, for those who compare it with what is stored. A part of the role
 * {@link Ledger}, and changed through that alone. Safe for use by several threads.
 */
public interface Holdings {

  /**
   * Reads entries in the order of their {@link dev.ingest.spi.SequencePlace}s, which is the order
   * in which a content store lists their bytes, so that both can be compared side by side in memory
   * that does not grow with either. Reads from an index in that order, so that a page costs the
   * same wherever it begins. An entry that exists throughout the paging is never omitted and never
   * told twice; rows of one page may be of different moments during the call. What {@link
   * Ledger#commit} could not have written (a state without what it needs) is told as it is stored,
   * as far as its row can be read at all.
   *
   * @param query which
   * @return a page, with fewer rows than asked for only if no more follow up to the query's end
   */
  AuditPage audit(AuditQuery query);

  /**
   * Adds up what an owner holds.
   *
   * @param owner the owner
   * @return the usage, from one consistent read
   */
  OwnerUsage usage(OwnerId owner);
}
