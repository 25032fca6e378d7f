package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import java.util.function.BooleanSupplier;

/** A content store that answers, and takes no bytes while it is full. */
final class RefusingContent extends ForwardedContent {

  private final BooleanSupplier isFull;

  RefusingContent(ContentStore store, BooleanSupplier isFull) {
    super(store);
    this.isFull = isFull;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    ContentWriter writer = super.writer(prefix);
    return new ContentWriter() {
      @Override
      public ContentStat put(ContentKey key, ContentBody body) {
        if (isFull.getAsBoolean()) {
          throw new ContentException("no space left for " + key);
        }
        return writer.put(key, body);
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
}
