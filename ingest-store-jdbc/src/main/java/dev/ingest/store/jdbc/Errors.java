package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;

/** Words errors: which ledger, what was attempted, what happened, what to do. */
final class Errors {

  private final Dialect dialect;

  Errors(Dialect dialect) {
    this.dialect = dialect;
  }

  /** One element met an error; the elements beside it did not. */
  LedgerException undone(String what, Exception cause) {
    return error(what, "this element met an error and was undone", cause);
  }

  /** The transaction ended before its commit was tried. */
  LedgerException rolledBack(String what, Throwable cause) {
    return error(what, "the transaction was rolled back before its commit", cause);
  }

  /** The commit itself met an error. */
  LedgerException unknown(String what, Throwable cause) {
    return error(what, "whether the commit took effect is unknown", cause);
  }

  LedgerException unread(String what, Throwable cause) {
    return error(what, "nothing was changed", cause);
  }

  LedgerException interrupted(String what, InterruptedException cause) {
    return new LedgerException(
        dialect.name()
            + " could not "
            + what
            + ": the waiting thread was interrupted, so the effect is unknown; submit the same"
            + " again to find out",
        cause);
  }

  LedgerException closed(String what) {
    return new LedgerException(
        dialect.name()
            + " could not "
            + what
            + ": the ledger is closed, and nothing of this call took effect; open it again");
  }

  /** The thread that changes the database is gone. */
  LedgerException ended(String what, Throwable cause) {
    return new LedgerException(
        dialect.name()
            + " could not "
            + what
            + ": its writer ended with "
            + cause
            + ", and nothing of this call took effect; open the ledger again",
        cause);
  }

  LedgerException busy(String what, String with) {
    return new LedgerException(
        dialect.name() + " could not " + what + ": " + with + "; try again later");
  }

  /** Gives each caller an exception of its own, with its own stack, for one shared cause. */
  LedgerException rethrown(String what, Throwable cause) {
    String message = cause.getMessage();
    return new LedgerException(
        message == null ? dialect.name() + " could not " + what : message, cause);
  }

  private LedgerException error(String what, String effect, Throwable cause) {
    String advice =
        cause instanceof SQLException sql
            ? dialect.advice(sql)
            : "submit the same again, and report it if it lasts";
    return new LedgerException(
        dialect.name()
            + " could not "
            + what
            + ": "
            + (cause instanceof Error ? cause : said(cause))
            + "; "
            + effect
            + "; "
            + advice,
        cause);
  }

  /** A pool that got no connection says how long it waited, and only its cause says why. */
  private static String said(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    Throwable below = cause.getCause();
    if (cause instanceof SQLException && below instanceof SQLException) {
      String more = String.valueOf(below.getMessage());
      return message.contains(more) ? message : message + ": " + more;
    }
    return message;
  }
}
