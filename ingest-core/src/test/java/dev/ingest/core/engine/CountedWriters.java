package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that counts how its writers are called, with something to do before each commit. */
final class CountedWriters extends ForwardedContent {

  /** How often a call of a writer began, or it was closed, while another call was under way. */
  final AtomicInteger collisions = new AtomicInteger();

  final AtomicInteger closed = new AtomicInteger();
  volatile Runnable beforeCommit = () -> {};

  CountedWriters(ContentStore store) {
    super(store);
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    ContentWriter writer = super.writer(prefix);
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
}
