package dev.ingest.core.engine;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that counts how its writers are called, with something to do before each commit. */
final class CountedWriters implements ContentStore {

  /** How often a call of a writer began, or it was closed, while another call was under way. */
  final AtomicInteger collisions = new AtomicInteger();

  final AtomicInteger closed = new AtomicInteger();
  volatile Runnable beforeCommit = () -> {};
  private final ContentStore store;

  CountedWriters(ContentStore store) {
    this.store = store;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    ContentWriter writer = store.writer(prefix);
    AtomicInteger underWay = new AtomicInteger();
    return new ContentWriter() {
      @Override
      public ContentStat put(ContentKey key, ContentBody body) {
        enter();
        try {
          return writer.put(key, body);
        } finally {
          underWay.decrementAndGet();
        }
      }

      @Override
      public void commit() {
        enter();
        try {
          beforeCommit.run();
          writer.commit();
        } finally {
          underWay.decrementAndGet();
        }
      }

      @Override
      public void close() {
        enter();
        writer.close();
        closed.incrementAndGet();
        underWay.decrementAndGet();
      }

      private void enter() {
        if (underWay.getAndIncrement() > 0) {
          collisions.incrementAndGet();
        }
      }
    };
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
