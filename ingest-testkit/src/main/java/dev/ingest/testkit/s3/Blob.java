package dev.ingest.testkit.s3;

/** Stored bytes. Two are equal only if they are the same. */
final class Blob {

  private final byte[] bytes;

  /** Keeps the array itself, which its giver does not touch any more. */
  Blob(byte[] bytes) {
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }
}
