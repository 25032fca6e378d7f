package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Settles what a refused put means. The server refuses a key that is taken, and the bytes there may
 * be the same: another writer's, or our own whose reply was lost.
 *
 * <p>A conflict is certain, and one answer may be wrong. So other bytes count as such only after
 * they were read back with the digest that was told, or that the reading before had.
 */
final class Comparison {

  private static final int PIECE = 64 << 10;

  private final Bucket bucket;
  private final boolean trusted;

  /** {@code trusted} is whether the server's checksums are of the bytes that it stores. */
  Comparison(Bucket bucket, boolean trusted) {
    this.bucket = bucket;
    this.trusted = trusted;
  }

  /** What lies under a key, compared with what was put. */
  sealed interface Found {

    /** The same bytes. */
    record Same() implements Found {}

    /** Other bytes. */
    record Other(String stored, String put) implements Found {}

    /** Nothing, by now. */
    record Gone() implements Found {}
  }

  Found compare(ContentKey key, long length, Digest digest) {
    Optional<Stored> stored = bucket.find(key);
    if (stored.isEmpty()) {
      return new Found.Gone();
    }
    if (stored.get().length() != length) {
      return new Found.Other(stored.get().length() + " bytes", length + " bytes");
    }
    try {
      Digest found =
          stored.get().digest().filter(kept -> trusted).orElseGet(() -> readBack(key, length));
      if (found.equals(digest)) {
        return new Found.Same();
      }
      requireCertain(key, found, readBack(key, length));
      return new Found.Other(found.toString(), digest.toString());
    } catch (ContentMissingException e) {
      return new Found.Gone();
    }
  }

  private void requireCertain(ContentKey key, Digest found, Digest again) {
    if (!found.equals(again)) {
      throw new ContentException(
          bucket.calls().name()
              + ": "
              + key
              + " is taken, and whether by the same bytes is not known: the server told "
              + found
              + " of them and gave bytes of "
              + again
              + "; put it again");
    }
  }

  private Digest readBack(ContentKey key, long length) {
    MessageDigest running = Digest.newMessageDigest();
    byte[] buffer = new byte[(int) Math.max(1, Math.min(length, PIECE))];
    try (InputStream in =
        ObjectInput.open(bucket, bucket.objectKey(key), ByteRange.ALL, ReadPurpose.USE)) {
      int count = in.read(buffer);
      while (count >= 0) {
        running.update(buffer, 0, count);
        count = in.read(buffer);
      }
    } catch (IOException e) {
      throw new ContentException(
          bucket.calls().name()
              + ": the stored bytes of "
              + key
              + " could not be compared with those that were put again: "
              + e.getMessage(),
          e);
    }
    return Digest.finish(running);
  }

  ContentConflictException conflict(ContentKey key, Found.Other other) {
    return new ContentConflictException(
        bucket.calls().name()
            + ": "
            + key
            + " holds other bytes: stored "
            + other.stored()
            + ", put "
            + other.put()
            + "; the stored bytes stay, use another key");
  }
}
