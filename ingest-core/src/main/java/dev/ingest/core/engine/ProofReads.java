package dev.ingest.core.engine;

import dev.ingest.spi.IngestException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads what is to be judged from the store, past its caches, and tells a store that cannot be read
 * from everything else. What is open ends with it. For one thread.
 */
final class ProofReads implements AutoCloseable {

  private final ContentStore store;
  private final Walks walks =
      new Walks(() -> new IllegalStateException("what was to be judged is judged"));

  ProofReads(ContentStore store) {
    this.store = store;
  }

  ContentStore store() {
    return store;
  }

  /** Streams the items of a set as others see them; its manifest is proven at its end. */
  <T> Iterator<T> items(StoredSet set, Function<StoredSet.Located, T> shown) {
    Walks.Walk walk = readable(set, () -> walks.begin(() -> set.open(store, ReadPurpose.PROVE)));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return walk.hasNext();
      }

      @Override
      public T next() {
        return shown.apply(readable(set, walk::next));
      }
    };
  }

  /** Closes all that is open; throws what the first threw that could not be closed. */
  @Override
  public void close() {
    walks.close();
  }

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
