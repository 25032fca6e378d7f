package dev.ingest.examples.photos;

/** Something that the owner does not have, or not yet. */
final class NotFoundException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NotFoundException(String message) {
    super(message);
  }
}
