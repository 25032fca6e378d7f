package dev.ingest.cli;

/** A store that should be there is not, so nothing can be found out. The message names it. */
class MissingStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MissingStoreException(String message) {
    super(message);
  }

  /** There is one, and it is another's. */
  static final class Mismatch extends MissingStoreException {

    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
      super(message);
    }
  }
}
