package dev.ingest.store.jdbc;

import dev.ingest.spi.IngestException;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.url.DatabaseFile;
import java.sql.SQLException;
import java.util.Set;

/** Words errors: which ledger, what was attempted, what happened, what to do. */
final class Errors {

  /** The states of a character that a database's encoding lacks, or that is none. */
  private static final Set<String> UNHELD = Set.of("22P05", "22021");

  private final Dialect dialect;

  Errors(Dialect dialect) {
    this.dialect = dialect;
  }

  /** One element met an error; the elements beside it did not. */
  IngestException undone(String what, Exception cause) {
    return refusedOr(what, "this element met an error and was undone", cause);
  }

  /** The transaction ended before its commit was tried. */
  IngestException rolledBack(String what, Throwable cause) {
    return refusedOr(what, "the transaction was rolled back before its commit", cause);
  }

  /** The commit itself met an error. */
  LedgerException unknown(String what, Throwable cause) {
    return error(what, "whether the commit took effect is unknown", cause);
  }

  IngestException unread(String what, Throwable cause) {
    return refusedOr(what, "nothing was changed", cause);
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

  /** The database's file is not where it was. */
  LedgerException lost(String what, DatabaseFile.LostException cause) {
    return new LedgerException(
        dialect.name() + " could not " + what + ": " + cause.getMessage(), cause);
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

  /** A text that the database cannot hold is refused for good, as one of an invalid form is. */
  private IngestException refusedOr(String what, String effect, Throwable cause) {
    if (cause instanceof SQLException sql && UNHELD.contains(String.valueOf(sql.getSQLState()))) {
      InvalidValueException refused =
          new InvalidValueException(
              Kind.TEXT,
              String.valueOf(sql.getMessage()),
              dialect.name()
                  + " could not "
                  + what
                  + ": a character is none of its database's, which is to have the encoding UTF8; "
                  + effect);
      refused.initCause(sql);
      return refused;
    }
    return error(what, effect, cause);
  }

  private LedgerException error(String what, String effect, Throwable cause) {
    String advice =
        cause instanceof UnreadableRowException
            ? UnreadableRowException.ADVICE
            : cause instanceof SQLException sql
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
