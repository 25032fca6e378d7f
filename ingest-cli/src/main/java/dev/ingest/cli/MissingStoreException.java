package dev.ingest.cli;

/** A store that should be there is not, so nothing can be found out. The message names it. */
final class MissingStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MissingStoreException(String message) {
    super(message);
  }
}
