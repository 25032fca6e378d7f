package dev.ingest.examples.photos;

/** A request whose form cannot be understood; nothing of it was taken after the place. */
final class MalformedUploadException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MalformedUploadException(String message) {
    super(message);
  }
}
