package dev.ingest.store.jdbc.url;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * How a connection was when it was borrowed. The pool may be the application's, and not every pool
 * sets these back. Neither looking nor restoring costs a message.
 *
 * @param autoCommit whether it commits each statement
 * @param timeoutMillis how long an answer may take
 * @param prepareThreshold from which use on a statement is prepared by name, or less than zero
 */
public record AsItCame(boolean autoCommit, int timeoutMillis, int prepareThreshold) {

  private static final int UNKNOWN = Integer.MIN_VALUE;

  /**
   * Looks at a connection.
   *
   * @param connection a connection
   * @return how it is
   * @throws SQLException if it is closed
   */
  public static AsItCame of(Connection connection) throws SQLException {
    return new AsItCame(
        connection.getAutoCommit(),
        connection.getNetworkTimeout(),
        connection.isWrapperFor(PGConnection.class)
            ? connection.unwrap(PGConnection.class).getPrepareThreshold()
            : UNKNOWN);
  }

  /**
   * Sets a connection back, outside of a transaction.
   *
   * @param connection the connection
   * @throws SQLException if it is closed
   */
  public void restore(Connection connection) throws SQLException {
    connection.setAutoCommit(autoCommit);
    connection.setNetworkTimeout(Runnable::run, timeoutMillis);
    if (prepareThreshold != UNKNOWN) {
      connection.unwrap(PGConnection.class).setPrepareThreshold(prepareThreshold);
    }
  }
}
