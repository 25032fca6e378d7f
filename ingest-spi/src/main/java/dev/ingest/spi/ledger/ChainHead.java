package dev.ingest.spi.ledger;

import dev.ingest.spi.Digest;

/**
 * The end of a sequence's history, kept in its entry so that a missing last row shows.
 *
 * @param length the number of rows
 * @param head the hash of the last row
 */
public record ChainHead(long length, Digest head) {

  /** The head of a history without rows: 32 zero bytes. */
  public static final ChainHead EMPTY = new ChainHead(0, Digest.ofBytes(new byte[Digest.BYTES]));

  /**
   * Validates the length.
   *
   * @param length the number of rows
   * @param head the hash of the last row
   */
  public ChainHead {
    Names.atLeast(length, 0, "a chain length");
  }
}
