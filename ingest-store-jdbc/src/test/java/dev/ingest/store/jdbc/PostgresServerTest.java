package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
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

  @Test
  void schema_isGoneAfterwardsWithWhatIsInIt() throws SQLException {
    String url = PostgresServer.urlOfEmptySchema();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE made (id int)");

      PostgresServer.dropSchema(url);

      assertThrows(SQLException.class, () -> statement.execute("SELECT * FROM made"));
      assertThrows(SQLException.class, () -> statement.execute("CREATE TABLE made (id int)"));
    }
  }

  @Test
  void userWithPassword_isGoneAfterwardsWithItsRule() throws IOException, SQLException {
    try (PostgresServer.UserWithPassword user = PostgresServer.userWithPassword("gone", "soon")) {
      assertEquals("1 2", usersAndRules(user.user()));
    }
    assertEquals("0 0", usersAndRules("gone"));
  }

  private static String usersAndRules(String user) throws SQLException {
    String counted =
        "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '%1$s') || ' ' ||"
            + " (SELECT count(*) FROM pg_hba_file_rules WHERE '%1$s' = ANY (user_name))";
    try (Connection connection = PostgresServer.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(counted.formatted(user))) {
      results.next();
      return results.getString(1);
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
