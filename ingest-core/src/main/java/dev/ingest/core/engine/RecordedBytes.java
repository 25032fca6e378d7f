package dev.ingest.core.engine;

import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.UploadSession;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the bytes of a session's recorded items are still there, by one listing beside the rows.
 *
 * <p>An item is recorded after its bytes have passed the barrier, and nothing of an open session is
 * deleted. A ledger that was restored from a backup may show a session open that has ended since:
 * given up, or accepted, verified and expired. Its rows are as they were and its bytes are gone. A
 * receipt for them would be one for nothing. Holds a page. For one thread.
 */
final class RecordedBytes {

  private final RawLocation raw;
  private final ContentPrefix session;
  private final Listing listing;
  private final Consumer<ContentStat> seen;
  private Iterator<ContentStat> page = Collections.emptyIterator();
  private @Nullable ContentStat stored;
  private Optional<ContentKey> missing = Optional.empty();

  /**
   * Prepares the look.
   *
   * @param seen told of all that is listed, in key order
   */
  RecordedBytes(ContentStore content, UploadSession session, Consumer<ContentStat> seen) {
    this.seen = seen;
    this.raw = session.raw();
    this.session = KeyLayout.session(session.key(), raw);
    this.listing = new Listing(content, this.session);
  }

  /** Looks for the next item, whose ordinal is above those before. */
  void look(int ordinal, ManifestItem item) {
    if (missing.isPresent()) {
      return;
    }
    ContentKey key = KeyLayout.rawItem(session, raw, ordinal);
    stored = stored == null ? next() : stored;
    while (stored != null && stored.key().compareTo(key) < 0) {
      stored = next();
    }
    if (stored == null || !stored.key().equals(key) || stored.length() != item.length()) {
      missing = Optional.of(key);
    }
  }

  /** Lists the rest, and ends the look. */
  void end() {
    while (stored != null || listing.hasMore()) {
      stored = next();
    }
  }

  /** Returns the first key that is absent, or has another length than was recorded. */
  Optional<ContentKey> missing() {
    return missing;
  }

  private @Nullable ContentStat next() {
    while (!page.hasNext() && listing.hasMore()) {
      page = listing.page().iterator();
    }
    if (!page.hasNext()) {
      return null;
    }
    ContentStat next = page.next();
    seen.accept(next);
    return next;
  }
}
