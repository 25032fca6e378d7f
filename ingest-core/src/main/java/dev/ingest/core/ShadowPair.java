package dev.ingest.core;

import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Iterator;

/** What a {@link ShadowComparator} compares. Valid during the comparison, for one thread. */
public interface ShadowPair {

  /**
   * Returns whose results these are.
   *
   * @return the key
   */
  SequenceKey sequence();

  /**
   * Returns the totals of what is published.
   *
   * @return root, count and bytes
   */
  ManifestSummary published();

  /**
   * Returns the totals of what the shadow run made.
   *
   * @return root, count and bytes
   */
  ManifestSummary candidate();

  /**
   * Streams what is published, in the order of its manifest, from the start at each call.
   *
   * @return the items, whose bytes are read when they are opened
   */
  Iterator<StageItem> publishedItems();

  /**
   * Streams what the shadow run made, in the order of its manifest, from the start at each call.
   *
   * @return the items, whose bytes are read when they are opened
   */
  Iterator<StageItem> candidateItems();
}
