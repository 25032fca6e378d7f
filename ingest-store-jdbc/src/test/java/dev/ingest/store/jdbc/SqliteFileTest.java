package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteFileTest {

  @TempDir Path directory;
  private Path file = Path.of("unset");

  private final ManualTime time = Sample.time();

  @BeforeEach
  void nameFile() {
    file = directory.resolve("ledger.db");
  }

  private JdbcLedger open() {
    return JdbcLedger.sqlite(file, time);
  }

  private void change(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private String refusal() {
    return String.valueOf(assertThrows(LedgerException.class, this::open).getMessage());
  }

  @Test
  void openedFile_syncsEachCommit() throws SQLException {
    try (Statements writer = new SqliteDialect(file, time).openWriter()) {
      assertEquals("wal", SqliteDialect.pragma(writer, "journal_mode"));
      assertEquals("2", SqliteDialect.pragma(writer, "synchronous"));
      assertEquals("1", SqliteDialect.pragma(writer, "fullfsync"));
      assertEquals("1", SqliteDialect.pragma(writer, "checkpoint_fullfsync"));
      assertEquals("100", SqliteDialect.pragma(writer, "busy_timeout"));
    }
  }

  @Test
  void connectionForReads_cannotWrite() throws SQLException {
    open().close();
    try (Statements reader = new SqliteDialect(file, time).openReader()) {
      assertEquals("1", SqliteDialect.pragma(reader, "query_only"));
      assertThrows(SQLException.class, () -> reader.run("DELETE FROM entries"));
    }
  }

  @Test
  void connectionForReads_doesNotCreateTheFile() {
    SqliteDialect dialect = new SqliteDialect(file, time);
    assertThrows(SQLException.class, () -> dialect.openReader().close());
    assertFalse(Files.exists(file));
  }

  @Test
  void reopened_keepsEverything() {
    SequenceKey key = Sample.key(1);
    SequenceKey open = Sample.key(2);
    ControlRecord record = new ControlRecord(new ControlRecord.Key("node", "one"), 1, "body");
    IncarnationId incarnation;
    Entry entry;
    Census census;
    AlertDigest digest;
    var session = Sample.session();
    try (JdbcLedger store = open()) {
      incarnation = store.incarnation();
      Sample.accepted(store, key);
      Sample.commit(store, Sample.processed(Sample.claimOne(store)));
      Sample.commit(store, Sample.overdue(Sample.find(store, key)));
      digest = store.alerts().seal();
      store.alerts().raise(List.of(Sample.alert("LATER", key)));
      Sample.commit(store, Sample.verified(Sample.find(store, key)));
      store.sessions().open(session, open, Sample.ROOM, OwnerQuota.UNLIMITED);
      store.sessions().record(session, 0, List.of(Sample.item(0)));
      store.controls().write(record);
      store.controls().add(record.key(), List.of(key));
      entry = Sample.find(store, key);
      census = store.ledger().census(Optional.empty());
    }
    try (JdbcLedger store = open()) {
      assertEquals(incarnation, store.incarnation());
      assertEquals(entry, Sample.find(store, key));
      assertEquals(4, store.ledger().history(key, 0, 10).size());
      assertEquals(census, store.ledger().census(Optional.empty()));
      assertEquals(List.of(digest), store.alerts().unsent(10));
      assertEquals(1, store.alerts().pending());
      assertEquals(SessionState.OPEN, store.sessions().find(session).orElseThrow().state());
      assertEquals(List.of(Sample.item(0)), store.sessions().items(session, -1, 10));
      assertEquals(Optional.of(record), store.controls().read(record.key()));
      assertEquals(List.of(key), store.controls().members(record.key(), Optional.empty(), 10));
    }
  }

  @Test
  void entryWithEveryPart_readsBackEqual() {
    try (JdbcLedger store = open()) {
      Sample.accepted(store, Sample.key(1));
      Sample.commit(store, Sample.processed(Sample.claimOne(store)));
      var verified = Sample.verified(Sample.find(store, Sample.key(1)));
      Sample.commit(store, verified);
      assertEquals(verified.after(), Sample.find(store, Sample.key(1)));
      assertEquals(verified.row(), store.ledger().history(Sample.key(1), 2, 10).get(0));
    }
  }

  @Test
  void newerSchema_isRefused() throws SQLException {
    open().close();
    change("UPDATE ingest_meta SET value = '8' WHERE name = 'schema_version'");
    String message = refusal();
    assertTrue(message.contains("expected schema version 7 or an earlier one, found 8"), message);
    assertTrue(message.contains(file.toString()), message);
  }

  @Test
  void schemaWithoutATableAnIndexAndAColumn_isRefusedByName() throws SQLException {
    open().close();
    change("DROP TABLE alerts", "DROP INDEX work_due", "ALTER TABLE controls DROP COLUMN body");
    String message = refusal();
    assertTrue(message.contains("table alerts"), message);
    assertTrue(message.contains("index work_due"), message);
    assertTrue(message.contains("column controls.body"), message);
  }

  @Test
  void indexRecreatedWithoutItsUniqueness_isRefusedByName() throws SQLException {
    open().close();
    change(
        "DROP INDEX sessions_open",
        "CREATE INDEX sessions_open ON sessions (owner, sequence) WHERE state = 'OPEN'");
    String message = refusal();
    assertTrue(message.contains("lacks index sessions_open in the expected form;"), message);
  }

  @Test
  void indexRecreatedInOtherLines_isAccepted() throws SQLException {
    open().close();
    change(
        "DROP INDEX sessions_open",
        "CREATE UNIQUE INDEX sessions_open\n  ON sessions (owner, sequence)\n WHERE state = 'OPEN'",
        "VACUUM");
    open().close();
  }

  @Test
  void schemaWithoutMeta_isRefused() throws SQLException {
    open().close();
    change("DROP TABLE ingest_meta");
    assertTrue(refusal().contains("no table ingest_meta"));
  }

  @Test
  void schemaWithoutIncarnation_isRefused() throws SQLException {
    open().close();
    change("DELETE FROM ingest_meta WHERE name = 'incarnation'");
    assertTrue(refusal().contains("lacks the incarnation"));
  }

  @Test
  void databaseOfSomethingElse_isRefusedAndLeftAlone() throws SQLException {
    change("CREATE TABLE accounts (name TEXT)");
    assertTrue(refusal().contains("table accounts"));
    try (Statements db =
        new Statements(
            DriverManager.getConnection("jdbc:sqlite:" + file), UnaryOperator.identity())) {
      assertEquals("delete", SqliteDialect.pragma(db, "journal_mode"));
    }
  }

  @Test
  void fileThatIsNoDatabase_isRefused() throws IOException {
    Files.writeString(file, "this is not a database, whatever its name says".repeat(100));
    String message = refusal();
    assertTrue(message.contains("restore " + file), message);
  }

  @Test
  void directoryThatDoesNotExist_isRefused() {
    file = directory.resolve("missing").resolve("ledger.db");
    assertTrue(refusal().contains("create " + file.getParent()));
  }

  @Test
  void fileNameWithSpecialCharacters_isThatFile() {
    file = directory.resolve("a ?journal_mode=OFF&b%20c #d ü.db");
    try (JdbcLedger store = open()) {
      Sample.accepted(store, Sample.key(1));
    }
    assertTrue(Files.exists(file));
    try (JdbcLedger store = open()) {
      assertEquals(1, store.ledger().scan(ScanQuery.all(10)).entries().size());
    }
  }

  @Test
  void rowThatBreaksItsType_isReportedNotReturned() throws SQLException {
    try (JdbcLedger store = open()) {
      Sample.accepted(store, Sample.key(1));
      change("UPDATE work SET state = 'NONSENSE'");
      LedgerException error =
          assertThrows(LedgerException.class, () -> Sample.find(store, Sample.key(1)));
      String told = String.valueOf(error.getMessage());
      assertTrue(told.contains("the row of " + Sample.key(1) + ": "), told);
      assertTrue(store.ledger().now().equals(Sample.START));
    }
  }

  @Test
  void clockThatMoves_isTheLedgersTime() {
    try (JdbcLedger store = open()) {
      time.advance(Duration.ofMillis(1));
      assertEquals(Sample.START.plusMillis(1), store.ledger().now());
    }
  }
}
