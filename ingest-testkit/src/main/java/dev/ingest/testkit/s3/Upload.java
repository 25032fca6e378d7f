package dev.ingest.testkit.s3;

import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A multipart upload under way. Guarded by its table. */
final class Upload {

  private final String key;
  private final String id;
  private final Settings settings;
  private final Protection protection;
  private final Map<String, String> headers;
  private final Instant initiated;
  private final NavigableMap<Integer, Part> parts = new TreeMap<>();

  /**
   * Which checksum the object shall have.
   *
   * @param asked whether the client said so
   */
  record Protection(ChecksumAlgorithm algorithm, String type, boolean asked) {
    boolean full() {
      return type.equals(ObjectChecksum.FULL_OBJECT);
    }
  }

  /** A stored part. */
  record Part(
      int number, Blob blob, String etag, Optional<ObjectChecksum> checksum, Instant modified) {
    byte[] bytes() {
      return blob.bytes();
    }
  }

  Upload(
      String key,
      String id,
      Settings settings,
      Protection protection,
      Map<String, String> headers) {
    this.key = key;
    this.id = id;
    this.settings = settings;
    this.protection = protection;
    this.headers = headers;
    this.initiated = settings.now();
  }

  String key() {
    return key;
  }

  String id() {
    return id;
  }

  Settings settings() {
    return settings;
  }

  Protection protection() {
    return protection;
  }

  Map<String, String> headers() {
    return headers;
  }

  Instant initiated() {
    return initiated;
  }

  NavigableMap<Integer, Part> parts() {
    return parts;
  }
}
