package dev.ingest.cli;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
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
 * Stands for a content store that could not be opened, beside a ledger that could: it answers
 * nothing.
 *
 * @param name the store's
 * @param why what its opening said
 */
record SilentContent(String name, String why) implements ContentStore {

  /** Returns both sides of it. */
  ContentAccess access() {
    return new ContentAccess(
        this,
        permit -> {
          throw silent();
        });
  }

  private ContentException silent() {
    return new ContentException(name + " is not open: " + why);
  }

  /** Nothing is known of it, so nothing is held against it. */
  @Override
  public ContentCapabilities capabilities() {
    return new ContentCapabilities(true, true, false, Long.MAX_VALUE);
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    throw silent();
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    throw silent();
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    throw silent();
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    throw silent();
  }

  @Override
  public void close() {}
}
