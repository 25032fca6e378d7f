package dev.ingest.store.file;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Bodies, keys and permits for tests. */
final class Bodies {

  private Bodies() {}

  static ContentKey key(String value) {
    return new ContentKey(value);
  }

  static ContentPrefix prefix(String value) {
    return new ContentPrefix(value);
  }

  /** Bytes that follow from a seed. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static ContentBody body(byte[] bytes) {
    return new Bytes(bytes, bytes.length, Integer.MAX_VALUE);
  }

  /** A body that gives out few bytes at a time. */
  static ContentBody trickle(byte[] bytes, int most) {
    return new Bytes(bytes, bytes.length, most);
  }

  /** A body that fails after so many bytes. */
  static ContentBody failing(byte[] bytes, int after) {
    return new Bytes(bytes, after, Integer.MAX_VALUE);
  }

  static void put(ContentStore store, String prefix, String key, byte[] bytes) {
    try (ContentWriter writer = store.writer(prefix(prefix))) {
      writer.put(key(key), body(bytes));
      writer.commit();
    }
  }

  static byte[] read(ContentStore store, String key, ReadPurpose purpose) {
    try (InputStream stream = store.open(key(key), ByteRange.ALL, purpose)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lists everything below a prefix, page by page. */
  static List<String> list(ContentStore store, String prefix, int limit) {
    List<String> keys = new ArrayList<>();
    Optional<ContentKey> after = Optional.empty();
    boolean more = true;
    while (more) {
      var page = store.list(prefix(prefix), after, limit);
      for (ContentStat entry : page.entries()) {
        keys.add(entry.key().value());
        after = Optional.of(entry.key());
      }
      more = page.more();
    }
    return keys;
  }

  static Permit permit(String scope, String... keys) {
    return new Permit(
        Permit.Reason.DISCARD,
        SequenceKey.of("owner", "sequence"),
        "test",
        prefix(scope),
        List.of(keys).stream().map(ContentKey::new).toList());
  }

  private static final class Bytes implements ContentBody {

    private final byte[] bytes;
    private final int failAt;
    private final int most;
    private final MessageDigest running = Digest.newMessageDigest();
    private int position;
    private boolean ended;

    Bytes(byte[] bytes, int failAt, int most) {
      this.bytes = bytes;
      this.failAt = failAt;
      this.most = most;
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.of(bytes.length);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (position == failAt && failAt < bytes.length) {
        throw new IOException("the sender went away");
      }
      if (position == bytes.length) {
        ended = true;
        return -1;
      }
      int count = Math.min(Math.min(most, length), Math.min(failAt, bytes.length) - position);
      System.arraycopy(bytes, position, buffer, offset, count);
      running.update(bytes, position, count);
      position += count;
      return count;
    }

    @Override
    public Digest digest() {
      if (!ended) {
        throw new IllegalStateException("not at the end");
      }
      return Digest.finish(running);
    }
  }
}
