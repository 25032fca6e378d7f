package dev.ingest.core;

import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Iterator;

/** What an expectation or probe judges: the raw manifest and the candidate's, as read back. */
public interface Evidence {

  /**
   * Returns whose sequence is judged and which.
   *
   * @return the key
   */
  SequenceKey sequence();

  /**
   * Returns the totals of what was uploaded.
   *
   * @return root, count and bytes
   */
  ManifestSummary raw();

  /**
   * Returns the totals of the candidate.
   *
   * @return root, count and bytes
   */
  ManifestSummary result();

  /**
   * Streams what was uploaded, in order, from the start at each call.
   *
   * @return the items
   */
  Iterator<ManifestItem> rawItems();

  /**
   * Streams the candidate's items, in order, from the start at each call.
   *
   * @return the items
   */
  Iterator<ManifestItem> resultItems();
}
