package dev.ingest.spi.ledger;

/**
 * What a ledger can do. An engine refuses to start over one that is not durable, unless that was
 * accepted, and sends no larger batches than it takes.
 *
 * @param durable whether a committed change survives a crash of this process and of its machine
 * @param shared whether several processes may use it at once; no engine judges it, as none knows at
 *     its start which others will come
 * @param maxBatch the most elements of one batch, 1 or more
 */
public record LedgerCapabilities(boolean durable, boolean shared, int maxBatch) {

  /**
   * Validates the batch size.
   *
   * @param durable whether a committed change survives a crash of this process and of its machine
   * @param shared whether several processes may use it at once
   * @param maxBatch the most elements of one batch
   */
  public LedgerCapabilities {
    Names.atLeast(maxBatch, 1, "a batch size");
  }
}
