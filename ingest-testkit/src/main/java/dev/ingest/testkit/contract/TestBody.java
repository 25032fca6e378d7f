package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A body that holds the store to its side of the agreement: it is read to its end once, asked for
 * its digest only then, and what it filled is left alone until the next read.
 */
class TestBody implements ContentBody {

  private final byte[] bytes;
  private final int chunk;
  private int given;
  private boolean ended;
  private byte @Nullable [] filled;
  private byte[] filledCopy = new byte[0];

  TestBody(byte[] bytes) {
    this(bytes, Integer.MAX_VALUE);
  }

  /** Gives out at most {@code chunk} bytes at a time. */
  TestBody(byte[] bytes, int chunk) {
    this.bytes = bytes;
    this.chunk = chunk;
  }

  /** Runs before bytes are given out; {@code given} tells how many were before. */
  void beforeRead(int given) throws IOException {}

  final boolean wasRead() {
    return given > 0 || ended;
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(bytes.length);
  }

  @Override
  public final int read(byte[] buffer, int offset, int length) throws IOException {
    assertTrue(!ended, "a body must not be read past its end");
    assertTrue(length >= 1, "a read asks for at least 1 byte");
    checkFilled();
    beforeRead(given);
    if (given == bytes.length) {
      ended = true;
      return -1;
    }
    int count = Math.min(Math.min(chunk, length), bytes.length - given);
    System.arraycopy(bytes, given, buffer, offset, count);
    given += count;
    filled = buffer;
    filledCopy = buffer.clone();
    return count;
  }

  @Override
  public Digest digest() {
    if (!ended) {
      throw new IllegalStateException("asked for the digest before the end was reached");
    }
    return Digest.of(bytes);
  }

  private void checkFilled() {
    if (filled != null && !Arrays.equals(filled, filledCopy)) {
      assertArrayEquals(
          filledCopy, filled, "the store changed a buffer before it read again or saw the end");
    }
  }
}
