package dev.ingest.examples.photos;

/** Somebody else is served just now; the same request is good a little later. */
final class BusyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BusyException(String message) {
    super(message);
  }
}
