package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Where the bytes of a sequence lie below each area of a content store: {@code OWNER/SEQUENCE}, two
 * hashes, so that no user text is in a key.
 *
 * <p>OWNER is the first 8 bytes of the SHA-256 of the owner's name in UTF-8, SEQUENCE the first 16
 * bytes of the SHA-256 of the owner's name, a line feed and the sequence's name, each in lower-case
 * hexadecimal. Places sort as their text does, which is the order in which a content store lists
 * what lies at them, and the order in which {@link dev.ingest.spi.ledger.Holdings#audit} tells
 * entries.
 *
 * @param value 16 hexadecimal digits, a slash, 32 hexadecimal digits
 */
public record SequencePlace(String value) implements Comparable<SequencePlace> {

  /** The number of bytes of a place. */
  public static final int BYTES = 24;

  private static final int OWNER_BYTES = 8;
  private static final int OWNER_DIGITS = 16;
  private static final int SEQUENCE_DIGITS = 32;
  private static final int CHARS = OWNER_DIGITS + 1 + SEQUENCE_DIGITS;
  private static final HexFormat HEX = HexFormat.of();

  /** The last place that there can be. */
  public static final SequencePlace LAST =
      new SequencePlace("f".repeat(OWNER_DIGITS) + "/" + "f".repeat(SEQUENCE_DIGITS));

  /**
   * Validates the form.
   *
   * @param value 16 hexadecimal digits, a slash, 32 hexadecimal digits
   */
  public SequencePlace {
    if (value.length() != CHARS
        || value.charAt(OWNER_DIGITS) != '/'
        || !Checks.isHex(value, 0, OWNER_DIGITS)
        || !Checks.isHex(value, OWNER_DIGITS + 1, CHARS)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, value, "a place is 16 hex digits, a slash and 32 hex digits");
    }
  }

  /**
   * Returns the place of a sequence.
   *
   * @param key the sequence
   * @return the place
   */
  public static SequencePlace of(SequenceKey key) {
    byte[] owner = key.owner().value().getBytes(StandardCharsets.UTF_8);
    byte[] id = key.id().value().getBytes(StandardCharsets.UTF_8);
    MessageDigest sha256 = Digest.newMessageDigest();
    byte[] ofOwner = sha256.digest(owner);
    sha256.update(owner);
    sha256.update((byte) '\n');
    return ofHashes(ofOwner, 0, sha256.digest(id), 0);
  }

  /**
   * Takes a place from its bytes.
   *
   * @param bytes exactly 24 bytes: those of the owner's hash, then those of the sequence's
   * @return the place
   */
  public static SequencePlace ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, bytes.length + " bytes", "a place has 24 bytes");
    }
    return ofHashes(bytes, 0, bytes, OWNER_BYTES);
  }

  private static SequencePlace ofHashes(
      byte[] owner, int ownerStart, byte[] sequence, int sequenceStart) {
    return new SequencePlace(
        HEX.formatHex(owner, ownerStart, ownerStart + OWNER_BYTES)
            + "/"
            + HEX.formatHex(sequence, sequenceStart, sequenceStart + BYTES - OWNER_BYTES));
  }

  /**
   * Returns the bytes, which sort as the place does when they are compared as unsigned numbers.
   *
   * @return 24 bytes
   */
  public byte[] toBytes() {
    return HEX.parseHex(
        value.substring(0, OWNER_DIGITS) + value.substring(CHARS - SEQUENCE_DIGITS));
  }

  @Override
  public int compareTo(SequencePlace other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
