package dev.ingest.core.engine;

import dev.ingest.core.ShadowPair;
import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The published result and a candidate, streamed from the store past its caches. */
final class StoredPair implements ShadowPair, AutoCloseable {

  private final ContentStore store;
  private final StoredSet published;
  private final StoredSet candidate;
  private final List<StoredSet.Cursor> cursors = new ArrayList<>();

  StoredPair(ContentStore store, StoredSet published, StoredSet candidate) {
    this.store = store;
    this.published = published;
    this.candidate = candidate;
  }

  @Override
  public SequenceKey sequence() {
    return candidate.sequence();
  }

  @Override
  public ManifestSummary published() {
    return published.summary();
  }

  @Override
  public ManifestSummary candidate() {
    return candidate.summary();
  }

  @Override
  public Iterator<StageItem> publishedItems() {
    return items(published);
  }

  @Override
  public Iterator<StageItem> candidateItems() {
    return items(candidate);
  }

  @Override
  public void close() {
    cursors.forEach(StoredSet.Cursor::close);
  }

  private Iterator<StageItem> items(StoredSet set) {
    StoredSet.Cursor cursor =
        StoredEvidence.readable(set, () -> set.open(store, ReadPurpose.PROVE));
    cursors.add(cursor);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      public StageItem next() {
        return new Item(store, set, StoredEvidence.readable(set, cursor::next));
      }
    };
  }

  /** An item whose bytes are compared with what its manifest says while they are read. */
  private record Item(ContentStore store, StoredSet set, StoredSet.Located located)
      implements StageItem {

    @Override
    public ItemName name() {
      return located.item().name();
    }

    @Override
    public long length() {
      return located.item().length();
    }

    @Override
    public Digest digest() {
      return located.item().digest();
    }

    @Override
    public InputStream open() {
      return new CheckedStream(
          StoredEvidence.readable(
              set, () -> store.open(located.key(), ByteRange.ALL, ReadPurpose.PROVE)),
          located.item(),
          set.sequence() + " at " + located.key() + " in " + store.name());
    }
  }
}
