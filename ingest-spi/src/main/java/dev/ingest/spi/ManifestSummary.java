package dev.ingest.spi;

/**
 * What identifies a manifest: the digest of its canonical bytes, and its totals.
 *
 * @param root the digest of the canonical bytes
 * @param count the number of items, 0 to 1,000,000
 * @param bytes the sum of the items' lengths
 */
public record ManifestSummary(Digest root, int count, long bytes) {

  /**
   * Validates the totals.
   *
   * @param root the digest of the canonical bytes
   * @param count the number of items
   * @param bytes the sum of the items' lengths
   */
  public ManifestSummary {
    Checks.inRange("a manifest's item count", count, 0, Manifest.MAX_ITEMS);
    Checks.inRange("a manifest's bytes", bytes, 0, Long.MAX_VALUE);
  }
}
