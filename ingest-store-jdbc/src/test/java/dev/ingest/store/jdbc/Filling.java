package dev.ingest.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Rows by the ten thousand: each a copy of one that the ledger wrote, so that they are what it
 * writes, whatever columns a table has.
 */
final class Filling {

  private final DataSource source;

  Filling(DataSource source) {
    this.source = source;
  }

  /**
   * Copies rows.
   *
   * @param table the table
   * @param which the rows to copy, as a condition on {@code r}
   * @param changes what differs in a copy: columns and expressions on {@code r} and on the copy's
   *     number {@code n}
   * @param count how many copies of each
   */
  void copy(String table, String which, Map<String, String> changes, int count)
      throws SQLException {
    List<String> columns =
        texts(
            "SELECT attname FROM pg_attribute WHERE attrelid = '"
                + table
                + "'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum");
    run(
        "INSERT INTO "
            + table
            + " ("
            + String.join(", ", columns)
            + ") SELECT "
            + columns.stream()
                .map(column -> changes.getOrDefault(column, "r." + column))
                .collect(Collectors.joining(", "))
            + " FROM "
            + table
            + " AS r CROSS JOIN generate_series(1, "
            + count
            + ") AS n WHERE "
            + which);
  }

  void run(String... statements) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  /** Returns the first column of a query's rows. */
  List<String> texts(String query) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  long number(String query) throws SQLException {
    return Long.parseLong(texts(query).get(0));
  }
}
