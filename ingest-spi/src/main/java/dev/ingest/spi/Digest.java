package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A SHA-256 digest: what proves that bytes are the bytes that were sent.
 *
 * <p>The algorithm is fixed by the format version and never chosen by a client; a digest under any
 * other algorithm is refused. The canonical text is {@code sha256:} and 64 lower-case hexadecimal
 * digits. Immutable and safe for use by several threads.
 */
public final class Digest implements Comparable<Digest> {

  /** The number of bytes of a digest. */
  public static final int BYTES = 32;

  private static final String PREFIX = "sha256:";
  private static final HexFormat HEX = HexFormat.of();

  /** Never fed anything, only copied: asking the providers each time costs as much as a digest. */
  private static final MessageDigest UNFED = requireSha256();

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Takes a digest from its bytes.
   *
   * @param bytes exactly 32 bytes; copied
   * @return the digest
   */
  public static Digest ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new InvalidValueException(
          Kind.DIGEST, bytes.length + " bytes", "a SHA-256 digest has 32 bytes");
    }
    return new Digest(bytes.clone());
  }

  /**
   * Takes a digest from 64 lower-case hexadecimal digits, the form that {@code sha256sum} prints.
   *
   * @param hex the digits
   * @return the digest
   */
  public static Digest ofHex(String hex) {
    if (hex.length() != 2 * BYTES || !isLowerHex(hex)) {
      throw new InvalidValueException(
          Kind.DIGEST, hex, "a SHA-256 digest is 64 lower-case hexadecimal digits");
    }
    return new Digest(HEX.parseHex(hex));
  }

  /**
   * Parses the canonical text.
   *
   * @param text {@code sha256:} and 64 lower-case hexadecimal digits
   * @return the digest
   */
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new InvalidValueException(
          Kind.DIGEST, text, "the policy's algorithm is sha256; write sha256:<64 hex digits>");
    }
    return ofHex(text.substring(PREFIX.length()));
  }

  /**
   * Digests a whole array.
   *
   * @param content the bytes
   * @return their digest
   */
  public static Digest of(byte[] content) {
    return new Digest(newMessageDigest().digest(content));
  }

  /**
   * Digests the UTF-8 form of a text.
   *
   * @param text the text
   * @return the digest of its UTF-8 bytes
   */
  public static Digest ofUtf8(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Completes a running computation.
   *
   * @param running a computation that {@link #newMessageDigest()} began; reset by this call
   * @return the digest of all that it was fed
   */
  public static Digest finish(MessageDigest running) {
    return ofBytes(running.digest());
  }

  /**
   * Begins a computation for streams.
   *
   * @return a new SHA-256 computation, not safe for use by several threads at once
   */
  public static MessageDigest newMessageDigest() {
    try {
      return (MessageDigest) UNFED.clone();
    } catch (CloneNotSupportedException e) {
      // Not every provider's digest can be copied.
      return requireSha256();
    }
  }

  private static MessageDigest requireSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  /**
   * Returns the digits alone, as {@code sha256sum} prints them.
   *
   * @return 64 lower-case hexadecimal digits
   */
  public String hex() {
    return HEX.formatHex(bytes);
  }

  /**
   * Returns the bytes.
   *
   * @return a copy of the 32 bytes
   */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return PREFIX + hex();
  }

  private static boolean isLowerHex(String hex) {
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }
}
