package dev.ingest.core.engine;

import dev.ingest.core.Evidence;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** The two manifests that an expectation judges, streamed from the store. */
final class StoredEvidence implements Evidence, AutoCloseable {

  private final ContentStore store;
  private final StoredSet raw;
  private final StoredSet result;
  private final List<StoredSet.Cursor> cursors = new ArrayList<>();

  StoredEvidence(ContentStore store, StoredSet raw, StoredSet result) {
    this.store = store;
    this.raw = raw;
    this.result = result;
  }

  @Override
  public SequenceKey sequence() {
    return raw.sequence();
  }

  @Override
  public ManifestSummary raw() {
    return raw.summary();
  }

  @Override
  public ManifestSummary result() {
    return result.summary();
  }

  @Override
  public Iterator<ManifestItem> rawItems() {
    return items(raw);
  }

  @Override
  public Iterator<ManifestItem> resultItems() {
    return items(result);
  }

  @Override
  public void close() {
    cursors.forEach(StoredSet.Cursor::close);
  }

  private Iterator<ManifestItem> items(StoredSet set) {
    StoredSet.Cursor cursor = readable(set, () -> set.open(store, ReadPurpose.PROVE));
    cursors.add(cursor);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      public ManifestItem next() {
        return readable(set, cursor::next).item();
      }
    };
  }

  /** Reads, and tells a store that cannot be read from everything else. */
  static <T> T readable(StoredSet set, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ContentMissingException e) {
      throw e;
    } catch (ContentException | UncheckedIOException e) {
      throw new UnreadableException(set, e);
    }
  }

  /** The store could not be read, which says nothing about what was to be judged. */
  static final class UnreadableException extends IngestException {

    private static final long serialVersionUID = 1L;

    private UnreadableException(StoredSet set, RuntimeException cause) {
      super(
          "the %s manifest of %s could not be read: %s"
              .formatted(set.what(), set.sequence(), Failures.describe(cause)),
          cause);
    }
  }
}
