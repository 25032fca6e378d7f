package dev.ingest.testkit.s3;

import java.util.Base64;

/**
 * A checksum as it is stored and told.
 *
 * @param value in base 64; of a composite one followed by a hyphen and the number of parts
 * @param type {@code FULL_OBJECT} or {@code COMPOSITE}
 */
record ObjectChecksum(ChecksumAlgorithm algorithm, String value, String type) {

  static final String FULL_OBJECT = "FULL_OBJECT";
  static final String COMPOSITE = "COMPOSITE";

  static ObjectChecksum full(ChecksumAlgorithm algorithm, String value) {
    return new ObjectChecksum(algorithm, value, FULL_OBJECT);
  }

  static ObjectChecksum full(ChecksumAlgorithm algorithm, byte[] bytes) {
    return full(algorithm, algorithm.base64(bytes));
  }

  /** The same with another value, of the same form. */
  ObjectChecksum wrong() {
    int end = value.indexOf('-');
    String base64 = end < 0 ? value : value.substring(0, end);
    byte[] raw = Base64.getDecoder().decode(base64);
    raw[0] ^= 1;
    String suffix = end < 0 ? "" : value.substring(end);
    return new ObjectChecksum(algorithm, Base64.getEncoder().encodeToString(raw) + suffix, type);
  }
}
