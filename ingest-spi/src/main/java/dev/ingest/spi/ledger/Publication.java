package dev.ingest.spi.ledger;

import java.time.Instant;

/**
 * The pointer that readers follow: a result that was proven.
 *
 * @param result the published output
 * @param epoch the epoch of the run that made it, 1 or more
 * @param provenAt when it was last read back whole, by the ledger's clock, in milliseconds
 */
public record Publication(SealedOutput result, int epoch, Instant provenAt) {

  /**
   * Validates the epoch and cuts the time to milliseconds.
   *
   * @param result the published output
   * @param epoch the epoch of the run that made it
   * @param provenAt when it was last read back whole
   */
  public Publication {
    Names.atLeast(epoch, 1, "an epoch");
    provenAt = Names.millis(provenAt);
  }
}
