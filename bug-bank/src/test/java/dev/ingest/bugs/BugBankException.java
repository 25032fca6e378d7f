package dev.ingest.bugs;

/** The bank is not in order: a bug that cannot be read, or no longer fits the code. */
final class BugBankException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BugBankException(String message) {
    super(message);
  }
}
