package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Bodies, keys and permits for tests of content adapters, all of one sequence, and the life of an
 * item that is larger than memory.
 */
public final class Bodies {

  /** What all keys begin with. */
  public static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  private static final int PIECE = 64 << 10;

  private Bodies() {}

  /**
   * Makes a key.
   *
   * @param part its last part
   * @return the key
   */
  public static ContentKey key(String part) {
    return PREFIX.key(part);
  }

  /**
   * Makes bytes that follow from a seed.
   *
   * @param length how many
   * @param seed the seed
   * @return the bytes
   */
  public static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /**
   * Puts bytes and commits them.
   *
   * @param store where
   * @param key the key
   * @param bytes the bytes
   */
  public static void store(ContentStore store, ContentKey key, byte[] bytes) {
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key, body(bytes));
      writer.commit();
    }
  }

  /**
   * Reads all bytes of a key, to prove them.
   *
   * @param store where
   * @param key the key
   * @return the bytes
   * @throws IOException if they cannot be read
   */
  public static byte[] read(ContentStore store, ContentKey key) throws IOException {
    try (InputStream in = store.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      return in.readAllBytes();
    }
  }

  /**
   * Permits the deletion of keys.
   *
   * @param keys the keys
   * @return the permit
   */
  public static Permit permit(ContentKey... keys) {
    return new Permit(
        Permit.Reason.DISCARD, SequenceKey.of("o1", "s1"), "test", PREFIX, List.of(keys));
  }

  /**
   * Makes a body of bytes in memory, which announces its length.
   *
   * @param bytes the bytes
   * @return the body
   */
  public static ContentBody body(byte[] bytes) {
    return new Generated(
        bytes.length,
        true,
        (into, offset, count, from) ->
            System.arraycopy(bytes, Math.toIntExact(from), into, offset, count));
  }

  /**
   * Makes a body whose bytes come from a function of their position, and which announces its
   * length.
   *
   * @param length how many bytes it has
   * @param source the function
   * @return the body
   */
  public static ContentBody generated(long length, Source source) {
    return new Generated(length, true, source);
  }

  /**
   * Makes a body of any length that is nowhere in memory; its length is not announced.
   *
   * @param length how many bytes it has, of {@link #pattern}
   * @return the body
   */
  public static ContentBody endless(long length) {
    return new Generated(length, false, Bodies::pattern);
  }

  /**
   * Fills in the bytes of an endless body: no two of its chunks are equal.
   *
   * @param into where
   * @param offset the first position to fill
   * @param count how many
   * @param from the first one's position in the body
   */
  public static void pattern(byte[] into, int offset, int count, long from) {
    for (int i = 0; i < count; i++) {
      long at = from + i;
      into[offset + i] = (byte) (at * 31 + (at >> 9) * 7 + (at >> 19));
    }
  }

  /**
   * Takes an endless body through all that can be done with it: it is written, written again, read,
   * compared and deleted.
   *
   * @param content where
   * @param length how many bytes it has
   * @param told what is told after each step: {@code written} and {@code compared} with what the
   *     store says was stored, {@code read} with what was read, {@code deleted} with whether it is
   *     gone
   * @throws IOException if it cannot be read, or has other bytes
   */
  public static void live(ContentAccess content, long length, Consumer<String> told)
      throws IOException {
    ContentStore store = content.store();
    ContentKey key = key("large");
    for (String round : new String[] {"written", "compared"}) {
      try (ContentWriter writer = store.writer(PREFIX)) {
        long stored = writer.put(key, endless(length)).length();
        writer.commit();
        told.accept(round + " " + stored);
      }
    }
    try (InputStream in = store.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      told.accept("read " + readPattern(in));
    }
    content.purger().delete(permit(key));
    told.accept("deleted " + store.stat(key).isEmpty());
  }

  private static long readPattern(InputStream in) throws IOException {
    byte[] expected = new byte[PIECE];
    long total = 0;
    byte[] found = in.readNBytes(expected.length);
    while (found.length > 0) {
      pattern(expected, 0, found.length, total);
      if (!Arrays.equals(expected, 0, found.length, found, 0, found.length)) {
        throw new IOException("other bytes from " + total);
      }
      total += found.length;
      found = in.readNBytes(expected.length);
    }
    return total;
  }

  /** Where the bytes of a body come from. */
  @FunctionalInterface
  public interface Source {

    /**
     * Fills in bytes of the body.
     *
     * @param into where
     * @param offset the first position to fill
     * @param count how many
     * @param from the first one's position in the body
     * @throws IOException as the source of a body may
     */
    void fill(byte[] into, int offset, int count, long from) throws IOException;
  }

  private static final class Generated implements ContentBody {

    private final long length;
    private final boolean announced;
    private final Source source;
    private final MessageDigest running = Digest.newMessageDigest();
    private long position;
    private Optional<Digest> whole = Optional.empty();

    Generated(long length, boolean announced, Source source) {
      this.length = length;
      this.announced = announced;
      this.source = source;
    }

    @Override
    public OptionalLong length() {
      return announced ? OptionalLong.of(length) : OptionalLong.empty();
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
      Digest known = whole.orElseGet(() -> Digest.finish(running));
      whole = Optional.of(known);
      return known;
    }
  }
}
