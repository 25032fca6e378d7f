package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A body in full parts, but for the last.
 *
 * <p>Whether a full part is the last one is found out by reading one byte more, which begins the
 * next part: so a body of exactly one part is known to be whole, and no part is empty but the only
 * one of an empty body. An array grows with what it holds until it has the part's size.
 */
final class Parts {

  private static final int FIRST_ARRAY = 64 << 10;

  private final String store;
  private final ContentKey key;
  private final ContentBody body;
  private final PartSizes sizes;
  private final Buffers buffers;
  private final CRC32C running = new CRC32C();
  private final byte[] ahead = new byte[1];
  private int number;
  private long length;
  private boolean begun;
  private boolean ended;
  private @Nullable Digest digest;

  Parts(String store, ContentKey key, ContentBody body, PartSizes sizes, Buffers buffers) {
    this.store = store;
    this.key = key;
    this.body = body;
    this.sizes = sizes.forBody(body.length());
    this.buffers = buffers;
  }

  boolean ended() {
    return ended;
  }

  /** Of all parts so far, in bytes. */
  long length() {
    return length;
  }

  /** Of all parts so far; not computed of a body that ends within its first. */
  int checksum() {
    return (int) running.getValue();
  }

  /** Asks the body once: a running computation may be reset by its completion. */
  Digest digest() {
    Digest known = digest;
    if (known == null) {
      known = body.digest();
      digest = known;
    }
    return known;
  }

  /** Reads the next part; not to be called after the end. */
  Part next() {
    requireFits(body.length().orElse(0));
    number++;
    if (number > PartSizes.MAX_PARTS) {
      requireFits(Long.MAX_VALUE);
    }
    int size = sizes.of(number);
    byte[] array = buffers.take(firstArray(size));
    int filled = 0;
    if (begun) {
      array[0] = ahead[0];
      filled = 1;
    }
    while (!ended && filled < size) {
      if (filled == array.length) {
        array = grown(array, size);
      }
      int count = read(array, filled, array.length - filled);
      ended = count < 0;
      filled += Math.max(0, count);
    }
    if (!ended) {
      ended = read(ahead, 0, 1) < 0;
      begun = true;
    }
    Part part = new Part(number, array, filled);
    if (!ended || number > 1) {
      part.addTo(running);
    }
    length += filled;
    requirePromised();
    return part;
  }

  /**
   * One byte more than is announced, so that the end of a small body is found without growing. An
   * announcement alone takes no more than the size that was configured: larger parts have their
   * array at once from the second one on, when as many bytes have come.
   */
  private int firstArray(int size) {
    OptionalLong promised = body.length();
    if (promised.isPresent()) {
      int most = number > 1 ? size : Math.min(size, sizes.least());
      return (int) Math.min(most, Math.max(0, promised.getAsLong() - length) + 1);
    }
    return number > 1 ? size : Math.min(size, FIRST_ARRAY);
  }

  private byte[] grown(byte[] array, int size) {
    byte[] larger = buffers.take((int) Math.min(size, 2L * array.length));
    System.arraycopy(array, 0, larger, 0, array.length);
    return larger;
  }

  private int read(byte[] array, int offset, int most) {
    int count;
    try {
      count = body.read(array, offset, most);
    } catch (IOException e) {
      throw new ContentException(
          store + ": the body of " + key + " failed: " + e + "; nothing was stored", e);
    }
    if (count == 0 || count < -1 || count > most) {
      throw new IllegalStateException(
          "the body of " + key + " returned " + count + " of at most " + most);
    }
    return count;
  }

  private void requirePromised() {
    OptionalLong promised = body.length();
    if (ended && promised.isPresent() && promised.getAsLong() != length) {
      throw new ContentException(
          store
              + ": the body of "
              + key
              + " gave "
              + length
              + " bytes, expected "
              + promised.getAsLong()
              + "; nothing was stored");
    }
  }

  private void requireFits(long bytes) {
    if (bytes > sizes.maxItemBytes()) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Long.toString(bytes),
          "an item of " + store + " has at most " + sizes.maxItemBytes() + " bytes");
    }
  }
}
