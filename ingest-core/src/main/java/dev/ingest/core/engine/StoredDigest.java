package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;

/** The digest of what is stored under a key, read past the caches. */
final class StoredDigest {

  private static final int BUFFER_BYTES = 1 << 16;

  private StoredDigest() {}

  static Digest of(ContentStore content, ContentKey key) {
    MessageDigest running = Digest.newMessageDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = content.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
        running.update(buffer, 0, n);
      }
    } catch (ContentMissingException e) {
      throw new ContentException(key + " vanished while it was examined", e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + key, e);
    }
    return Digest.finish(running);
  }
}
