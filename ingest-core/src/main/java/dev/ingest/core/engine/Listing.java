package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import java.util.List;
import java.util.Optional;

/** All that is stored below a prefix, in key order, a page at a time. For one thread. */
final class Listing {

  private final ContentStore store;
  private final ContentPrefix prefix;
  private Optional<ContentKey> after = Optional.empty();
  private boolean more = true;

  Listing(ContentStore store, ContentPrefix prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  boolean hasMore() {
    return more;
  }

  /** Reads the next page, which may be empty if it is the last. */
  List<ContentStat> page() {
    ContentPage page = store.list(prefix, after, ContentStore.MAX_PAGE);
    List<ContentStat> entries = page.entries();
    if (!entries.isEmpty()) {
      after = Optional.of(entries.get(entries.size() - 1).key());
    }
    more = page.more() && !entries.isEmpty();
    return entries;
  }
}
