package dev.ingest.core.engine;

import dev.ingest.core.PublishedResult;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.Publication;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Reads what was published. */
final class ResultReader implements PublishedResult {

  private final ContentStore store;
  private final StoredSet set;

  ResultReader(ContentStore store, SequenceKey key, Publication published) {
    this.store = store;
    this.set = StoredSet.output(key, published.result());
  }

  @Override
  public ManifestSummary summary() {
    return set.summary();
  }

  @Override
  public Iterator<ManifestItem> items() {
    StoredSet.Cursor cursor = set.open(store, ReadPurpose.USE);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more = cursor.hasNext();
        if (!more) {
          cursor.close();
        }
        return more;
      }

      @Override
      public ManifestItem next() {
        if (!hasNext()) {
          throw new NoSuchElementException("all items of " + set.sequence() + " were read");
        }
        return cursor.next().item();
      }
    };
  }

  @Override
  public Optional<InputStream> open(ItemName name) {
    Optional<StoredSet.Located> found = Optional.empty();
    try (StoredSet.Cursor cursor = set.open(store, ReadPurpose.USE)) {
      // To the end, because only there is the manifest's root compared with the ledger's.
      while (cursor.hasNext()) {
        StoredSet.Located located = cursor.next();
        if (located.item().name().equals(name)) {
          found = Optional.of(located);
        }
      }
    }
    return found.map(this::open);
  }

  private InputStream open(StoredSet.Located located) {
    return new CheckedStream(
        store.open(located.key(), ByteRange.ALL, ReadPurpose.USE),
        located.item(),
        set.sequence() + " at " + located.key() + " in " + store.name());
  }
}
