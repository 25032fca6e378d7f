package dev.ingest.core.engine;

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
import java.io.InputStream;
import java.util.Optional;

/**
 * A content store of which is noted when it answers and what becomes of each write. Thread-safe as
 * the store is.
 */
final class NotedContent implements ContentStore {

  private final ContentStore store;
  private final ContentHealth health;

  NotedContent(ContentStore store, ContentHealth health) {
    this.store = store;
    this.health = health;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    return new NotedWriter(prefix, store.writer(prefix), health);
  }

  private static final class NotedWriter implements ContentWriter {

    private final ContentPrefix prefix;
    private final ContentWriter writer;
    private final ContentHealth health;
    private boolean hasPut;

    private NotedWriter(ContentPrefix prefix, ContentWriter writer, ContentHealth health) {
      this.prefix = prefix;
      this.writer = writer;
      this.health = health;
    }

    @Override
    public ContentStat put(ContentKey key, ContentBody body) {
      try {
        ContentStat stat = writer.put(key, body);
        hasPut = true;
        return stat;
      } catch (ContentException e) {
        refused(e);
        throw e;
      }
    }

    @Override
    public void commit() {
      try {
        writer.commit();
      } catch (ContentException e) {
        refused(e);
        throw e;
      }
      if (hasPut) {
        health.taken();
      }
    }

    /** A call that its own thread's interrupt cut short says nothing of the store. */
    private void refused(ContentException e) {
      if (!Interrupts.caused(e)) {
        health.refused(prefix, e);
      }
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  private <T> T answered(T answer) {
    health.heard();
    return answer;
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
    return answered(store.stat(key));
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    return answered(store.open(key, range, purpose));
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    return answered(store.list(prefix, after, limit));
  }

  @Override
  public void close() {
    store.close();
  }
}
