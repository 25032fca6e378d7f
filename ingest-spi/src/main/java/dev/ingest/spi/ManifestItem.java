package dev.ingest.spi;

/**
 * One line of a manifest: an item's name, length and digest.
 *
 * @param name the item's name
 * @param length its length in bytes, 0 or more
 * @param digest the digest of its bytes
 */
public record ManifestItem(ItemName name, long length, Digest digest) {

  /**
   * Validates the length.
   *
   * @param name the item's name
   * @param length its length in bytes
   * @param digest the digest of its bytes
   */
  public ManifestItem {
    Checks.inRange("an item's length", length, 0, Long.MAX_VALUE);
  }
}
