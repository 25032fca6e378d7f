package dev.ingest.spi.ledger;

import dev.ingest.spi.IncarnationId;

/**
 * The right to commit a stage's work, compared in the store at commit.
 *
 * @param incarnation the life of the ledger that granted it
 * @param fence the entry's fence when it was granted; each claim raises it by one
 */
public record LeaseToken(IncarnationId incarnation, long fence) {

  /**
   * Validates the fence.
   *
   * @param incarnation the life of the ledger that granted it
   * @param fence the entry's fence when it was granted
   */
  public LeaseToken {
    Names.atLeast(fence, 1, "a fence");
  }

  @Override
  public String toString() {
    return "fence " + fence + " of " + incarnation;
  }
}
