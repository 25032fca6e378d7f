package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;

/** The verified result of a sequence, as readers see it. Thread-safe. */
public interface PublishedResult {

  /**
   * Returns the totals.
   *
   * @return root, count and bytes
   */
  ManifestSummary summary();

  /**
   * Streams the items in order, from the start at each call. The iterator should be read to its
   * end, where the manifest itself is checked.
   *
   * @return the items
   */
  Iterator<ManifestItem> items();

  /**
   * Opens an item. A reader that comes to the end gets a {@link DamagedContentException} there
   * instead of an end if the bytes are not those that were verified.
   *
   * @param name the item
   * @return its bytes, to be closed by the caller; empty if the result has no such item
   * @throws DamagedContentException if the manifest, which is read first, is not the one that was
   *     verified
   * @throws dev.ingest.spi.content.ContentException if the store does not answer, or has it no more
   */
  Optional<InputStream> open(ItemName name);
}
