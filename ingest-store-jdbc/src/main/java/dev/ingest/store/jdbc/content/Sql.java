package dev.ingest.store.jdbc.content;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs statements on one connection, for the length of one piece of {@link Work}. */
final class Sql {

  private final Connection connection;
  private final Wording wording;

  Sql(Connection connection, Wording wording) {
    this.connection = connection;
    this.wording = wording;
  }

  /** Statements that belong together: one snapshot, or one transaction. */
  @FunctionalInterface
  interface Work<T> {

    T on(Sql sql) throws SQLException;
  }

  /** Makes a value of the current row. */
  @FunctionalInterface
  interface Mapping<T> {

    T from(ResultSet row) throws SQLException;
  }

  /** Changes rows and returns how many. */
  int change(String text, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepared(text, values)) {
      return statement.executeUpdate();
    }
  }

  <T> List<T> list(String text, Mapping<T> mapping, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepared(text, values);
        ResultSet results = statement.executeQuery()) {
      List<T> rows = new ArrayList<>();
      while (results.next()) {
        rows.add(mapping.from(results));
      }
      return rows;
    }
  }

  <T> Optional<T> first(String text, Mapping<T> mapping, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepared(text, values);
        ResultSet results = statement.executeQuery()) {
      return results.next() ? Optional.of(mapping.from(results)) : Optional.empty();
    }
  }

  /** Says of keys, which need no escaping, that they are these. */
  String these(List<String> keys) {
    return wording.these(keys);
  }

  /** Says of numbers of bodies that they are these. */
  String bodies(List<Long> bodies) {
    return wording.bodies(bodies);
  }

  private PreparedStatement prepared(String text, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(wording.of(text));
    try {
      for (int i = 0; i < values.length; i++) {
        bind(statement, i + 1, values[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      try {
        statement.close();
      } catch (SQLException inner) {
        e.addSuppressed(inner);
      }
      throw e;
    }
  }

  private static void bind(PreparedStatement statement, int at, @Nullable Object value)
      throws SQLException {
    if (value instanceof String text) {
      statement.setString(at, text);
    } else if (value instanceof Long number) {
      statement.setLong(at, number);
    } else if (value instanceof Integer number) {
      statement.setInt(at, number);
    } else if (value instanceof byte[] bytes) {
      statement.setBytes(at, bytes);
    } else if (value == null) {
      statement.setNull(at, java.sql.Types.BINARY);
    } else {
      throw new IllegalArgumentException("no column holds a " + value.getClass().getName());
    }
  }
}
