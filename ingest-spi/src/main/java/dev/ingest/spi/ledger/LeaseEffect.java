package dev.ingest.spi.ledger;

/** What a transition does to the entry's lease. */
public enum LeaseEffect {
  /**
   * The store keeps the lease, the fence and visible-at that it has, whatever the transition's
   * entry says: a mark must not disturb the work that goes on.
   */
  KEEP,
  /** The store clears the lease and takes visible-at from the transition's entry. */
  END
}
