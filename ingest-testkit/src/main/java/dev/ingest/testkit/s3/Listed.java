package dev.ingest.testkit.s3;

import java.time.Instant;
import java.util.Optional;

/** What a listing tells of an object. */
record Listed(
    String key, String etag, long length, Optional<ObjectChecksum> checksum, Instant modified) {

  static Listed of(Version version) {
    Content object = version.object();
    return new Listed(
        version.key(), object.etag(), object.bytes().length, object.checksum(), version.modified());
  }
}
