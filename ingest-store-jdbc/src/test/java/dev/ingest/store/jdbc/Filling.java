package dev.ingest.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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
   * @param changes what differs in a copy, as pairs of a column's name and of an expression on
   *     {@code r} and the copy's number {@code n}
   * @param count how many copies of each
   */
  void copy(String table, String which, String changes, int count) throws SQLException {
    run(
        "INSERT INTO "
            + table
            + " SELECT made.* FROM "
            + table
            + " AS r CROSS JOIN generate_series(1, "
            + count
            + ") AS n CROSS JOIN LATERAL jsonb_populate_record(r, jsonb_build_object("
            + changes
            + ")) AS made WHERE "
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
