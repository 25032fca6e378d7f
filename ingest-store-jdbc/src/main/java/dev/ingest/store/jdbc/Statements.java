package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.AsItCame;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One connection with its prepared statements, each kept under its text. The texts are constants or
 * built from constants, so their number is bounded. Used by one thread at a time.
 */
final class Statements implements AutoCloseable {

  private final Connection connection;
  private final UnaryOperator<String> named;
  private final String ahead;
  private final @Nullable AsItCame before;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Statements(Connection connection, UnaryOperator<String> named) {
    this(connection, named, "", null);
  }

  /**
   * Sends something ahead of each statement, in the same round trip and the same transaction.
   *
   * @param connection the connection, closed with this object
   * @param named puts the names of tables into a statement
   * @param ahead a statement with one row, which nobody reads
   * @param before how the connection goes back; null if nobody else uses it
   */
  Statements(
      Connection connection, UnaryOperator<String> named, String ahead, @Nullable AsItCame before) {
    this.connection = connection;
    this.named = named;
    this.ahead = ahead;
    this.before = before;
  }

  Connection connection() {
    return connection;
  }

  /** Starts binding; what an earlier use of the same text returned must be read to its end. */
  Bound sql(String text) throws SQLException {
    PreparedStatement statement = prepared.get(text);
    if (statement == null) {
      statement =
          connection.prepareStatement(
              ahead.isEmpty() ? named.apply(text) : ahead + "; " + named.apply(text));
      prepared.put(text, statement);
    }
    return new Bound(text, statement, !ahead.isEmpty());
  }

  /** Runs a statement that will not come again, and does not keep it prepared. */
  void runOnce(String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(named.apply(text));
    }
  }

  /** Runs a statement without parameters and without rows. */
  void run(String text) throws SQLException {
    sql(text).run();
  }

  @Override
  public void close() throws SQLException {
    SQLException first = null;
    for (PreparedStatement statement : prepared.values()) {
      first = closeAfter(first, statement);
    }
    if (before != null) {
      AsItCame came = before;
      first = closeAfter(first, () -> came.giveBack(connection));
    } else {
      first = closeAfter(first, connection);
    }
    if (first != null) {
      throw first;
    }
  }

  /** Closes it after an error, to which is added what goes wrong. */
  void discard(Throwable cause) {
    try {
      close();
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.suppress(cause, e);
    }
  }

  private static @Nullable SQLException closeAfter(
      @Nullable SQLException first, AutoCloseable resource) {
    try {
      resource.close();
      return first;
    } catch (SQLException e) {
      return chained(first, e);
    } catch (Exception | Error e) {
      return chained(first, new SQLException("closing failed", e));
    }
  }

  private static SQLException chained(@Nullable SQLException first, SQLException next) {
    if (first == null) {
      return next;
    }
    ConnectionEnd.suppress(first, next);
    return first;
  }
}
