package dev.ingest.testkit.s3;

import java.util.Map;
import java.util.Optional;

/**
 * Bytes as they are stored, changed by nothing but damage that a test does to them.
 *
 * @param etag without quotes
 * @param headers what is told again with the bytes; names in lower case
 * @param parts the number of parts it was made of; 0 if it came in one request
 */
record Content(
    Blob blob,
    String etag,
    Optional<ObjectChecksum> checksum,
    Map<String, String> headers,
    int parts) {

  byte[] bytes() {
    return blob.bytes();
  }
}
