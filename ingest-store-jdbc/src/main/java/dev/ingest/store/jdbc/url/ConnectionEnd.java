package dev.ingest.store.jdbc.url;

import java.sql.Connection;
import java.sql.SQLException;

/** Ends connections that no pool is to lend again, beside the error that is the reason. */
public final class ConnectionEnd {

  private ConnectionEnd() {}

  /**
   * Ends a connection without a word to the server.
   *
   * @param connection the connection
   * @param cause why, to which is added what goes wrong
   */
  public static void abort(Connection connection, Throwable cause) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException | RuntimeException | Error e) {
      suppress(cause, e);
    }
  }

  /**
   * Gives a connection back after an error.
   *
   * @param connection the connection
   * @param cause the error, to which is added what goes wrong
   */
  public static void close(Connection connection, Throwable cause) {
    try {
      connection.close();
    } catch (SQLException | RuntimeException | Error e) {
      suppress(cause, e);
    }
  }

  /**
   * Adds an error to the one before. A driver may throw the same again, which cannot be suppressed
   * by itself.
   *
   * @param cause the first
   * @param later what was thrown after it
   */
  public static void suppress(Throwable cause, Throwable later) {
    if (cause != later) {
      cause.addSuppressed(later);
    }
  }
}
