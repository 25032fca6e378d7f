package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.Optional;

/**
 * What a store says of one key.
 *
 * @param key the key
 * @param length the stored length in bytes
 * @param checksum the digest of the stored bytes and how it is known, where the store has one
 */
public record ContentStat(ContentKey key, long length, Optional<Checksum> checksum) {

  /**
   * Validates the length.
   *
   * @param key the key
   * @param length the stored length in bytes
   * @param checksum the digest of the stored bytes and how it is known
   */
  public ContentStat {
    if (length < 0) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(length), "a stored length is 0 or more");
    }
  }
}
