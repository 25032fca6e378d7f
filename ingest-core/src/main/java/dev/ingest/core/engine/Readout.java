package dev.ingest.core.engine;

import dev.ingest.core.ItemSink;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a stored set once, item by item in its order, with one pass over its manifest whatever the
 * number of items.
 */
final class Readout {

  private final ContentStore store;

  Readout(ContentStore store) {
    this.store = store;
  }

  /**
   * Hands all items on. The last one comes only after the manifest's root was found to be the
   * ledger's.
   */
  ManifestSummary of(StoredSet set, ItemSink sink) throws IOException {
    try (StoredSet.Cursor cursor = set.open(store, ReadPurpose.USE)) {
      while (cursor.hasNext()) {
        StoredSet.Located located = cursor.next();
        try (InputStream stored = store.open(located.key(), ByteRange.ALL, ReadPurpose.USE)) {
          sink.take(
              located.item(),
              new CheckedStream(
                  stored,
                  located.item(),
                  set.sequence() + " at " + located.key() + " in " + store.name()));
        }
      }
    }
    return set.summary();
  }
}
