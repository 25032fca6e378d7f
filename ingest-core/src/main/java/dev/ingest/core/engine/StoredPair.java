package dev.ingest.core.engine;

import dev.ingest.core.ShadowPair;
import dev.ingest.core.StageItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.InputStream;
import java.util.Iterator;

/** The published result and a candidate, streamed from the store past its caches. */
record StoredPair(ProofReads reads, StoredSet publishedSet, StoredSet candidateSet)
    implements ShadowPair {

  @Override
  public SequenceKey sequence() {
    return candidateSet.sequence();
  }

  @Override
  public ManifestSummary published() {
    return publishedSet.summary();
  }

  @Override
  public ManifestSummary candidate() {
    return candidateSet.summary();
  }

  @Override
  public Iterator<StageItem> publishedItems() {
    return items(publishedSet);
  }

  @Override
  public Iterator<StageItem> candidateItems() {
    return items(candidateSet);
  }

  private Iterator<StageItem> items(StoredSet set) {
    return reads.items(set, located -> new Item(reads.store(), set, located));
  }

  /** An item whose bytes are compared with what its manifest says while they are read. */
  private static final class Item extends StoredItem {

    private final ContentStore store;
    private final StoredSet set;

    Item(ContentStore store, StoredSet set, StoredSet.Located located) {
      super(located);
      this.store = store;
      this.set = set;
    }

    @Override
    public InputStream open() {
      return new CheckedStream(
          ProofReads.readable(
              set, () -> store.open(located.key(), ByteRange.ALL, ReadPurpose.PROVE)),
          located.item(),
          set.sequence() + " at " + located.key() + " in " + store.name());
    }
  }
}
