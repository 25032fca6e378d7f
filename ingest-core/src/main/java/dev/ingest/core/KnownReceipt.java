package dev.ingest.core;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;

/**
 * What somebody outside holds as proof of an acceptance.
 *
 * @param key the sequence
 * @param root the root of its manifest
 */
public record KnownReceipt(SequenceKey key, Digest root) {

  /**
   * Takes what matters of a receipt.
   *
   * @param receipt the receipt
   * @return the same, without times
   */
  public static KnownReceipt of(Receipt receipt) {
    return new KnownReceipt(receipt.key(), receipt.manifest().root());
  }
}
