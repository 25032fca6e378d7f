package dev.ingest.spi.ledger;

import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;

/**
 * An item of an upload session whose bytes are durable.
 *
 * @param ordinal its place in the sequence, 0 to 999,999; part of its key
 * @param item its name, length and digest
 */
public record SessionItem(int ordinal, ManifestItem item) {

  /**
   * Validates the ordinal.
   *
   * @param ordinal its place in the sequence
   * @param item its name
   */
  public SessionItem {
    Names.atLeast(ordinal, 0, "an item's ordinal");
    Names.atMost(ordinal, Manifest.MAX_ITEMS - 1, "an item's ordinal");
  }
}
