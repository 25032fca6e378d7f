package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Bodies, keys and permits for tests. */
final class Bodies {

  static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  private Bodies() {}

  static ContentKey key(String part) {
    return PREFIX.key(part);
  }

  /** Bytes that follow from a seed. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  static void store(ContentStore store, ContentKey key, byte[] bytes) {
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key, body(bytes));
      writer.commit();
    }
  }

  static byte[] read(ContentStore store, ContentKey key) throws IOException {
    try (InputStream in = store.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      return in.readAllBytes();
    }
  }

  static Permit permit(ContentKey... keys) {
    return new Permit(
        Permit.Reason.DISCARD, SequenceKey.of("o1", "s1"), "test", PREFIX, List.of(keys));
  }

  static ContentBody body(byte[] bytes) {
    return new Generated(
        bytes.length,
        (into, offset, count, from) -> {
          System.arraycopy(bytes, Math.toIntExact(from), into, offset, count);
        });
  }

  /** A body of any length that is nowhere in memory; its length is not announced. */
  static ContentBody endless(long length) {
    return new Generated(length, Bodies::pattern) {
      @Override
      public OptionalLong length() {
        return OptionalLong.empty();
      }
    };
  }

  /** The bytes of an endless body: no two of its chunks are equal. */
  static void pattern(byte[] into, int offset, int count, long from) {
    for (int i = 0; i < count; i++) {
      long at = from + i;
      into[offset + i] = (byte) (at * 31 + (at >> 9) * 7 + (at >> 19));
    }
  }

  interface Source {

    void fill(byte[] into, int offset, int count, long from) throws IOException;
  }

  /** A body whose bytes come from a function of their position. */
  static class Generated implements ContentBody {

    private final long length;
    private final Source source;
    private final MessageDigest running = Digest.newMessageDigest();
    private long position;

    Generated(long length, Source source) {
      this.length = length;
      this.source = source;
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.of(length);
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (position == length) {
        return -1;
      }
      int given = (int) Math.min(count, length - position);
      source.fill(buffer, offset, given, position);
      running.update(buffer, offset, given);
      position += given;
      return given;
    }

    @Override
    public Digest digest() {
      return Digest.finish(running);
    }
  }
}
