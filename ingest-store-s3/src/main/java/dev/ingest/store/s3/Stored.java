package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What a server says of an object. A checksum of checksums, which a composite one is, is none of
 * the object's bytes and left out.
 *
 * @param length in bytes
 * @param eTag what names this state of the object
 * @param digest the SHA-256 that the server keeps beside the object
 * @param checksum the CRC32C that the server keeps beside the object, in Base64
 * @param said the SHA-256 in the metadata, which proves nothing
 */
record Stored(
    long length,
    String eTag,
    Optional<Digest> digest,
    Optional<String> checksum,
    Optional<Digest> said) {

  /** The name of the metadata. */
  static final String SAID = "sha256";

  static Stored of(HeadObjectResponse answer) {
    return new Stored(
        required(answer.contentLength()),
        text(answer.eTag()),
        whole(answer.checksumSHA256(), answer.checksumType()).flatMap(Stored::digestOf),
        whole(answer.checksumCRC32C(), answer.checksumType()),
        saidIn(answer.metadata()));
  }

  static Stored of(GetObjectResponse answer, long length) {
    return new Stored(
        length,
        text(answer.eTag()),
        whole(answer.checksumSHA256(), answer.checksumType()).flatMap(Stored::digestOf),
        whole(answer.checksumCRC32C(), answer.checksumType()),
        saidIn(answer.metadata()));
  }

  /** A checksum of parts' checksums has its type, or the number of parts behind a hyphen. */
  static Optional<String> whole(@Nullable String checksum, @Nullable ChecksumType type) {
    boolean composite = type == ChecksumType.COMPOSITE;
    return Optional.ofNullable(checksum).filter(text -> !composite && text.indexOf('-') < 0);
  }

  private static Optional<Digest> digestOf(String base64) {
    try {
      return Optional.of(Digest.ofBytes(Base64.getDecoder().decode(base64)));
    } catch (IllegalArgumentException | InvalidValueException e) {
      return Optional.empty(); // no SHA-256 at all, so nothing is known
    }
  }

  private static Optional<Digest> saidIn(Map<String, String> metadata) {
    String hex = metadata.get(SAID);
    try {
      return hex == null ? Optional.empty() : Optional.of(Digest.ofHex(hex));
    } catch (InvalidValueException e) {
      return Optional.empty(); // written by somebody else
    }
  }

  static String base64(Digest digest) {
    return Base64.getEncoder().encodeToString(digest.toBytes());
  }

  static String base64(int crc) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt(crc).array());
  }

  private static long required(@Nullable Long length) {
    return length == null ? -1 : length;
  }

  private static String text(@Nullable String eTag) {
    return eTag == null ? "" : eTag;
  }
}
