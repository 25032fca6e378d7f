package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;

/** A content store with something happening before each put, or behind each durability barrier. */
final class HookedContent extends ForwardedContent {

  private final Runnable putting;
  private final Runnable committed;

  HookedContent(ContentStore store, Runnable putting, Runnable committed) {
    super(store);
    this.putting = putting;
    this.committed = committed;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    ContentWriter writer = super.writer(prefix);
    return new ContentWriter() {
      @Override
      public ContentStat put(ContentKey key, ContentBody body) {
        putting.run();
        return writer.put(key, body);
      }

      @Override
      public void commit() {
        writer.commit();
        committed.run();
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }
}
