package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server that the other tests use commits as durably as one in production. */
final class PostgresServerTest {

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "synchronous_commit", "full_page_writes"})
  void setting_isOn(String setting) throws SQLException {
    assertEquals("on", show(setting));
  }

  @Test
  void schema_isEmpty() throws SQLException {
    try (Connection connection = PostgresServer.ofEmptySchema().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE made (id int)");
    }
  }

  private static String show(String setting) throws SQLException {
    try (Connection connection = PostgresServer.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery("SHOW " + setting)) {
      results.next();
      return results.getString(1);
    }
  }
}
