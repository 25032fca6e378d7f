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

  /** What is asked of a connection that commits each statement by itself. */
  @FunctionalInterface
  public interface Question<T> {

    /**
     * Asks it.
     *
     * @param connection the connection
     * @return the answer
     * @throws SQLException if there is none
     */
    T of(Connection connection) throws SQLException;
  }

  /**
   * Asks a connection that came like this, and sets it back, also where the question fails.
   *
   * @param <T> what is answered
   * @param connection the connection
   * @param question what is asked
   * @return the answer
   * @throws SQLException if there is none, or it could not be set back
   */
  public <T> T ask(Connection connection, Question<T> question) throws SQLException {
    T answer;
    try {
      connection.setAutoCommit(true);
      answer = question.of(connection);
    } catch (SQLException | RuntimeException | Error e) {
      restoreAfter(connection, e);
      throw e;
    }
    restore(connection);
    return answer;
  }

  /**
   * Sets a connection back and gives it back. One that cannot be set back is ended before, so that
   * nobody is lent it.
   *
   * @param connection the connection, outside of a transaction, or ended
   * @throws SQLException if it could not be set back, or not be closed
   */
  public void giveBack(Connection connection) throws SQLException {
    try {
      restoreUnlessClosed(connection);
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.abort(connection, e);
      ConnectionEnd.close(connection, e);
      throw e;
    }
    connection.close();
  }

  /**
   * Sets a connection back after an error, or else ends it.
   *
   * @param connection the connection, outside of a transaction, or ended
   * @param cause the error, to which is added what goes wrong
   */
  public void restoreAfter(Connection connection, Throwable cause) {
    try {
      restoreUnlessClosed(connection);
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.suppress(cause, e);
      ConnectionEnd.abort(connection, cause);
    }
  }

  private void restoreUnlessClosed(Connection connection) throws SQLException {
    if (!connection.isClosed()) {
      restore(connection);
    }
  }
}
