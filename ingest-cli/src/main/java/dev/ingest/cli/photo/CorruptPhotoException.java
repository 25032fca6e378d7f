package dev.ingest.cli.photo;

/** Bytes that begin as a JPEG and are none. The message completes "it begins as a JPEG, but …". */
final class CorruptPhotoException extends Exception {

  private static final long serialVersionUID = 1L;

  CorruptPhotoException(String message) {
    super(message);
  }

  CorruptPhotoException(String message, Throwable cause) {
    super(message, cause);
  }
}
