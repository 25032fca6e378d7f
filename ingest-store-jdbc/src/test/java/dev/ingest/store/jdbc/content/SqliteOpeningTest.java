package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.content.JdbcContentOptions.SchemaRule;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteOpeningTest {

  @TempDir Path directory;
  private Path file = Path.of("unset");
  private final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));

  @BeforeEach
  void nameFile() {
    file = directory.resolve("content.db");
  }

  private JdbcContent open() {
    return JdbcContent.sqlite(file, time);
  }

  private void run(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private void assertRefused(String expected) {
    String text = assertThrows(ContentException.class, () -> open().close()).toString();
    assertTrue(text.contains(expected), text);
  }

  @Test
  void connectionForChanges_syncsEachCommit() throws SQLException {
    try (SqliteDatabase database = SqliteDatabase.open(file, time, JdbcContentOptions.DEFAULT)) {
      database.<Boolean>commit(
          "look",
          sql -> {
            assertEquals("2", pragma(sql, "synchronous"));
            assertEquals("wal", pragma(sql, "journal_mode"));
            assertEquals("1", pragma(sql, "fullfsync"));
            assertEquals("1", pragma(sql, "checkpoint_fullfsync"));
            return true;
          });
      assertEquals("1", database.read("look", sql -> pragma(sql, "query_only")));
    }
  }

  private static String pragma(Sql sql, String name) throws SQLException {
    return sql.first("PRAGMA " + name, row -> row.getString(1)).orElseThrow();
  }

  @Test
  void databaseOfSomethingElse_isRefusedAndLeftAlone() throws SQLException {
    run("CREATE TABLE accounts (name TEXT)");
    assertRefused("it belongs to something else");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
      assertEquals("delete", mode.getString(1));
    }
  }

  @Test
  void fileOfTheLedger_holdsContentToo() throws Exception {
    JdbcLedger.sqlite(file, time).close();
    try (JdbcContent content = open();
        JdbcLedger ledger = JdbcLedger.sqlite(file, time)) {
      store(content.access().store(), key("a"), bytes(10, 1));
      assertTrue(ledger.capabilities().durable());
    }
    JdbcLedger.sqlite(file, time).close();
    try (JdbcContent content = open()) {
      assertArrayEquals(bytes(10, 1), read(content.access().store(), key("a")));
    }
  }

  @Test
  void otherProcessThatHoldsTheWriteLock_isWaitedFor() throws Exception {
    try (JdbcContent content = open();
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      Thread writer =
          new Thread(
              () -> store(content.access().store(), key("a"), bytes(10, 1)), "waiting-writer");
      writer.start();
      writer.join(3L * SqliteDatabase.WAIT_MILLIS);
      assertTrue(writer.isAlive(), "it waits");
      statement.execute("COMMIT");
      writer.join(30_000);
      assertArrayEquals(bytes(10, 1), read(content.access().store(), key("a")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE content_chunks|table content_chunks;",
        "ALTER TABLE content_loose DROP COLUMN touched_at|column content_loose.touched_at;",
        "DROP INDEX content_loose_key|unique index content_loose_key;",
        "UPDATE content_meta SET value = '2' WHERE name = 'schema_version'|"
            + "expected schema version 1, found 2;"
      })
  void schemaThatIsNotWhole_isRefusedByName(String damageAndMessage) throws SQLException {
    open().close();
    String[] parts = damageAndMessage.split("[|]", 2);
    run(parts[0]);
    assertRefused(parts[1]);
  }

  @Test
  void absentTables_areNamedWhereTheyAreOnlyVerified() {
    JdbcContentOptions options = JdbcContentOptions.DEFAULT.withSchema(SchemaRule.VERIFY);
    String text =
        assertThrows(ContentException.class, () -> JdbcContent.sqlite(file, time, options).close())
            .toString();
    assertTrue(text.contains("lacks table content_chunks, table content_keys"), text);
  }

  @Test
  void directoryThatDoesNotExist_isRefused() {
    file = directory.resolve("missing").resolve("content.db");
    assertRefused("create " + file.getParent());
  }

  @Test
  void fileThatIsNoDatabase_isRefused() throws IOException {
    Files.writeString(file, "this is not a database, whatever its name says".repeat(100));
    assertRefused("restore " + file);
  }

  @Test
  void fileNameWithSpecialCharacters_isThatFile() throws Exception {
    file = directory.resolve("a ?journal_mode=OFF&b%20c #d ü.db");
    try (JdbcContent content = open()) {
      store(content.access().store(), key("a"), bytes(10, 1));
      assertArrayEquals(bytes(10, 1), read(content.access().store(), key("a")));
    }
    assertTrue(Files.exists(file));
  }
}
