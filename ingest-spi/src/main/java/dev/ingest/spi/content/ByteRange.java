package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * A part of stored bytes.
 *
 * @param offset the first byte, counted from 0
 * @param length the most bytes wanted; a store that has fewer gives those
 */
public record ByteRange(long offset, long length) {

  /** All of the bytes. */
  public static final ByteRange ALL = new ByteRange(0, Long.MAX_VALUE);

  /**
   * Validates the bounds.
   *
   * @param offset the first byte
   * @param length the most bytes wanted
   */
  public ByteRange {
    if (offset < 0 || length < 0) {
      throw new InvalidValueException(
          Kind.NUMBER, offset + "+" + length, "a range's offset and length are 0 or more");
    }
  }
}
