package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** A content store that answers, and takes bodies of so many bytes alone. */
final class RefusingContent implements ContentStore {

  private final ContentStore store;
  private final Function<ContentKey, Long> room;

  /**
   * @param room the longest body that a key takes
   */
  RefusingContent(ContentStore store, Function<ContentKey, Long> room) {
    this.store = store;
    this.room = room;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    ContentWriter writer = store.writer(prefix);
    return new ContentWriter() {
      @Override
      public ContentStat put(ContentKey key, ContentBody body) {
        return writer.put(key, new Bounded(key, body, room.apply(key)));
      }

      @Override
      public void commit() {
        writer.commit();
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }

  private static final class Bounded implements ContentBody {

    private final ContentKey key;
    private final ContentBody body;
    private final long room;
    private long taken;

    private Bounded(ContentKey key, ContentBody body, long room) {
      this.key = key;
      this.body = body;
      this.room = room;
    }

    @Override
    public OptionalLong length() {
      return body.length();
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
      int n = body.read(buffer, offset, wanted);
      taken += Math.max(0, n);
      if (taken > room || room < 0) {
        throw new ContentException("no space left for " + key);
      }
      return n;
    }

    @Override
    public Digest digest() {
      return body.digest();
    }
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public ContentCapabilities capabilities() {
    return store.capabilities();
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    return store.stat(key);
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    return store.open(key, range, purpose);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    return store.list(prefix, after, limit);
  }

  @Override
  public void close() {
    store.close();
  }
}
