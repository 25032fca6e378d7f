package dev.ingest.core.engine;

import dev.ingest.spi.content.ByteRange;
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

/** A content store that does as another one; those that extend it change what they are about. */
abstract class ForwardedContent implements ContentStore {

  private final ContentStore store;

  ForwardedContent(ContentStore store) {
    this.store = store;
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
  public ContentWriter writer(ContentPrefix prefix) {
    return store.writer(prefix);
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
