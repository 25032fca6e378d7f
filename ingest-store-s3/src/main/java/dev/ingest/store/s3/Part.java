package dev.ingest.store.s3;

import java.io.ByteArrayInputStream;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.sync.RequestBody;

/** Some bytes of a body, in an array that may be longer. */
final class Part {

  private static final String TYPE = "application/octet-stream";

  private final int number;
  private final byte[] bytes;
  private final int length;

  Part(int number, byte[] bytes, int length) {
    this.number = number;
    this.bytes = bytes;
    this.length = length;
  }

  /** Counted from 1. */
  int number() {
    return number;
  }

  int length() {
    return length;
  }

  /** The array itself, for whoever gives it back. */
  byte[] array() {
    return bytes;
  }

  void addTo(CRC32C running) {
    running.update(bytes, 0, length);
  }

  /** A body that can be sent again, without a copy. */
  RequestBody request() {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, TYPE);
  }
}
