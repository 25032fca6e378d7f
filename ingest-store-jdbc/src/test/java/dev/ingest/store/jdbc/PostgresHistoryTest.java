package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dropping history on PostgreSQL, by whole partitions. */
@Tag("programme")
final class PostgresHistoryTest extends HistoryRetentionCases {

  private static final String TABLES =
      "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
          + " AND relkind = 'r' AND relname LIKE 'ingest_history_%' ORDER BY relname";

  private static final Duration TO_MARCH = Duration.ofDays(45);
  private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
  private static final int ROWS = 50_000;

  private final PostgresPlace place = new PostgresPlace();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Override
  JdbcLedger open() throws SQLException {
    return JdbcLedger.postgres(place.source(), PostgresPlace.OPTIONS.withClock(time));
  }

  @AfterEach
  void close() throws SQLException {
    threads.shutdownNow();
    place.source().close();
  }

  private List<String> tables() throws SQLException {
    try (Connection connection = place.source().getConnection();
        Statements db = new Statements(connection, text -> text)) {
      return db.sql(TABLES).list(Row::text);
    }
  }

  @Test
  void partitions_areMadeAheadAndDroppedWhole() throws SQLException {
    try (JdbcLedger store = open()) {
      List<String> rest = List.of("ingest_history_checkpoints", "ingest_history_default");
      assertEquals(
          List.of(
              rest.get(0),
              rest.get(1),
              "ingest_history_p202601",
              "ingest_history_p202602",
              "ingest_history_p202603"),
          tables());
      time.set(Instant.parse("2026-03-05T00:00:00Z"));
      store.dropHistoryBefore(Instant.parse("2026-03-01T00:00:00Z"));
      assertEquals(List.of(rest.get(0), rest.get(1), "ingest_history_p202603"), tables());
    }
    open().close();
    assertEquals(5, tables().size());
  }

  private static void makePartitions(JdbcLedger store, long mostLookedThrough) {
    new PostgresHistory((ServerDatabase) store.database(), 1_000, mostLookedThrough)
        .makePartitions();
  }

  @Test
  void partitions_areEachMadeInATransactionOfTheirOwn() throws SQLException {
    open().close();
    assertEquals(
        3,
        filling()
            .number(
                "SELECT COUNT(DISTINCT CAST(c.xmin AS text)) FROM pg_class c WHERE relnamespace ="
                    + " current_schema()::regnamespace AND relname LIKE 'ingest_history_p2%'"
                    + " AND relkind = 'r'"));
  }

  /** The server would look through all of it while every commit waits. */
  @Test
  void besideALargeDefaultPartition_noneIsMade() throws SQLException {
    try (JdbcLedger store = open()) {
      accept(store, "old");
      moveToDefault("true");
      time.advance(TO_MARCH);
      long bytes = filling().number("SELECT pg_relation_size('ingest_history_default')");
      makePartitions(store, bytes - 1);
      assertEquals(5, tables().size());
      makePartitions(store, bytes);
      assertEquals(7, tables().size());
    }
  }

  /** As the guide says it. */
  @Test
  void partitionMadeByHand_isNotLookedForInTheDefaultOne() throws SQLException {
    try (JdbcLedger store = open();
        Connection connection = place.source().getConnection();
        Statement statement = connection.createStatement()) {
      accept(store, "old");
      moveToDefault("true");
      statement.execute("SET client_min_messages = debug1");
      String guide =
          Files.readString(Path.of("..", "docs", "guide", "postgresql.md"), StandardCharsets.UTF_8);
      int end = guide.indexOf("DROP CONSTRAINT not_yet;");
      String recipe =
          guide.substring(guide.lastIndexOf("```sql", end) + 6, end) + "DROP CONSTRAINT not_yet";
      assertTrue(recipe.strip().startsWith("SET lock_timeout = '2s';"), "keeps nobody waiting");
      List<String> said = new ArrayList<>();
      for (String one : recipe.split(";", -1)) {
        statement.execute(one);
        for (SQLWarning told = statement.getWarnings();
            told != null;
            told = told.getNextWarning()) {
          said.add(String.valueOf(told.getMessage()));
        }
      }
      assertEquals(
          2,
          said.stream()
              .filter(told -> told.contains("\"ingest_history_default\" is implied by existing"))
              .count(),
          said::toString);
      time.set(Instant.parse("2027-01-05T00:00:00Z"));
      makePartitions(store, 0);
      accept(store, "new");
      assertEquals(1, filling().number("SELECT COUNT(*) FROM ingest_history_p202701"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PostgresHistory inPages(JdbcLedger store, int rows) {
    return new PostgresHistory((ServerDatabase) store.database(), rows);
  }

  private Filling filling() throws SQLException {
    return new Filling(place.source());
  }

  /** Puts history where it is if no partition was made in time. */
  private void moveToDefault(String condition) throws SQLException {
    filling().run("UPDATE ingest_history SET at = at - 86400000 * 60::bigint WHERE " + condition);
  }

  @Test
  void manyRows_goInBoundedTransactions() throws SQLException {
    try (JdbcLedger store = open()) {
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        entries.add(accept(store, "s" + i));
      }
      moveToDefault("id >= 's4'");
      time.advance(TO_MARCH);
      assertEquals(8, inPages(store, 3).dropBefore(MARCH));
      for (Entry entry : entries) {
        assertEquals(entry.chain(), store.ledger().checkpoint(entry.key()));
      }
      assertEquals(0, filling().number("SELECT COUNT(*) FROM ingest_history"));
      assertEquals(
          List.of("1", "1", "3", "3"),
          filling()
              .texts(
                  "SELECT COUNT(*) FROM ingest_history_checkpoints GROUP BY xmin"
                      + " ORDER BY COUNT(*)"));
    }
  }

  @Test
  void sequenceWithMoreRowsThanAPage_keepsItsEnd() throws SQLException {
    try (JdbcLedger store = open()) {
      Entry entry = accept(store, "a");
      for (int i = 0; i < 5; i++) {
        boolean overdue = i % 2 == 0;
        entry = applied(store, transitions.mark(entry, one -> one.withOverdue(overdue)));
      }
      Entry other = accept(store, "b");
      time.advance(TO_MARCH);
      assertEquals(7, inPages(store, 2).dropBefore(MARCH));
      assertEquals(entry.chain(), store.ledger().checkpoint(entry.key()));
      assertEquals(other.chain(), store.ledger().checkpoint(other.key()));
    }
  }

  /** A backup reads all partitions for hours; the other reads but the table above them. */
  @ParameterizedTest
  @ValueSource(strings = {"ingest_history", "ONLY ingest_history"})
  void longRead_holdsUpCommitsBrieflyAndIsNamed(String read) throws Exception {
    try (JdbcLedger store = open();
        Connection reader = place.source().getConnection();
        Statement statement = reader.createStatement()) {
      Entry first = accept(store, "first");
      time.advance(TO_MARCH);
      reader.setAutoCommit(false);
      statement.execute("LOCK TABLE " + read + " IN ACCESS SHARE MODE");
      Future<Long> drop = threads.submit(() -> store.dropHistoryBefore(MARCH));
      int committed = 0;
      while (!drop.isDone()) {
        String id = "later" + committed;
        threads.submit(() -> accept(store, id)).get(30, TimeUnit.SECONDS);
        committed++;
      }
      Throwable error = assertThrows(ExecutionException.class, drop::get).getCause();
      String message = String.valueOf(error);
      assertTrue(message.contains("partition ingest_history_p202601"), message);
      assertTrue(message.contains("look in pg_locks"), message);
      assertTrue(committed > 0);
      assertEquals(first.chain(), follow(store, first));
      assertEquals(5, tables().size());
      reader.rollback();
      assertEquals(1, store.dropHistoryBefore(MARCH));
      assertEquals(first.chain(), store.ledger().checkpoint(first.key()));
    }
  }

  /** What comes in by hand may lie before the place that was reached, or after it. */
  @ParameterizedTest
  @ValueSource(strings = {"early", "late"})
  void partitionThatIsBeingDropped_takesNoMoreRows(String id) throws SQLException {
    try (JdbcLedger store = open();
        Connection reader = place.source().getConnection();
        Statement statement = reader.createStatement()) {
      accept(store, "first");
      time.advance(TO_MARCH);
      reader.setAutoCommit(false);
      statement.execute("LOCK TABLE ONLY ingest_history IN ACCESS SHARE MODE");
      assertThrows(LedgerException.class, () -> store.dropHistoryBefore(MARCH));
      reader.rollback();
      String late =
          ("INSERT INTO ingest_history SELECT owner, '" + id + "', ordinal, transition, kind, at,")
              + " from_state, to_state, actor, detail, previous, hash FROM ingest_history_p202601";
      SQLException refused = assertThrows(SQLException.class, () -> filling().run(late));
      assertTrue(refused.toString().contains("sealed"), refused::toString);
      filling().run("ALTER TABLE ingest_history_p202601 DROP CONSTRAINT sealed", late);
      assertEquals(2, store.dropHistoryBefore(MARCH), "it is sealed anew and kept from its start");
      assertEquals(2, filling().number("SELECT COUNT(*) FROM ingest_history_checkpoints"));
    }
  }

  @Test
  void nodesThatDropAtOnce_shareTheWork() throws Exception {
    try (JdbcLedger store = open()) {
      for (int i = 0; i < 40; i++) {
        accept(store, "s" + i);
      }
      moveToDefault("id >= 's3'");
      time.advance(TO_MARCH);
      Callable<Long> drop = () -> inPages(store, 2).dropBefore(MARCH);
      long dropped = 0;
      for (Future<Long> one : threads.invokeAll(Collections.nCopies(3, drop))) {
        dropped += one.get();
      }
      assertEquals(40, dropped);
      assertEquals(40, filling().number("SELECT COUNT(*) FROM ingest_history_checkpoints"));
      assertEquals(0, filling().number("SELECT COUNT(*) FROM ingest_history"));
    }
  }

  @Test
  void longReadAtAnOpening_putsThePartitionsOff() throws Exception {
    open().close();
    time.advance(TO_MARCH);
    try (Connection reader = place.source().getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("LOCK TABLE ingest_history IN ACCESS SHARE MODE");
      threads
          .submit(
              () -> {
                open().close();
                return reader;
              })
          .get(30, TimeUnit.SECONDS);
      assertEquals(5, tables().size());
      reader.rollback();
    }
    open().close();
    assertEquals(7, tables().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"force_generic_plan", "force_custom_plan"})
  void whatIsDropped_isFoundByAnIndexOrByItsPlace(String mode) throws SQLException {
    try (JdbcLedger store = open();
        Explained explained = new Explained(place.source().getJdbcUrl(), mode)) {
      accept(store, "first");
      filling().copy("ingest_history", "r.id = 'first'", Map.of("id", "'old' || n"), ROWS);
      moveToDefault("id LIKE 'old%9'");
      time.advance(TO_MARCH);
      PostgresDialect dialect = new PostgresDialect("asked", "ingest_", Optional.of(time));
      PostgresHistory asked =
          new PostgresHistory(new ServerDatabase(explained.source(), dialect), 5_000);
      assertEquals(ROWS + 1, asked.dropBefore(MARCH));
      List<String> plans = explained.plans();
      assertTrue(plans.stream().anyMatch(plan -> plan.contains("Tid Range Scan on")));
      for (String plan : plans) {
        for (Explained.Scan scan : Explained.scans(plan)) {
          if (scan.table().startsWith("ingest_history")) {
            assertNotEquals("Seq Scan", scan.how(), plan);
            assertTrue(scan.read() <= 10_000, plan);
          }
        }
      }
    }
  }
}
