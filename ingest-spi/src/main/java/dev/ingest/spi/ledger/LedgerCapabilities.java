package dev.ingest.spi.ledger;

/**
 * What a ledger can do; compared with what the configuration needs before any work starts.
 *
 * @param durable whether a committed change survives a crash of this process and of its machine
 * @param shared whether several processes may use it at once
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
