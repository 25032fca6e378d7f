package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.store.jdbc.url.SchemaText;
import dev.ingest.testkit.ManualTime;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that an earlier release filled is brought up to date with all that it holds. */
final class SqliteUpgradeTest {

  private static final Instant LATER = Instant.parse("2026-11-24T00:00:00Z");

  private static final AuditQuery ALL = new AuditQuery(Optional.empty(), SequencePlace.LAST, 100);

  @TempDir Path directory;
  private final ManualTime time = new ManualTime(LATER);

  @BeforeEach
  void fillAsEarlier() throws SQLException {
    try (Statements db =
        new Statements(
            DriverManager.getConnection("jdbc:sqlite:" + file()), UnaryOperator.identity())) {
      for (String statement : SchemaText.statements(Schema.class, "sqlite-1.sql")) {
        db.runOnce(statement);
      }
      for (String line : SchemaText.of(Schema.class, "sqlite-1-rows.sql").lines().toList()) {
        if (!line.startsWith("--")) {
          db.runOnce(line);
        }
      }
    }
  }

  private Path file() {
    return directory.resolve("ledger.db");
  }

  private JdbcLedger open() {
    return JdbcLedger.sqlite(file(), time);
  }

  @Test
  void entries_keepTheirStateAndTheirHistory() {
    try (JdbcLedger store = open()) {
      List<Entry> entries = store.ledger().scan(ScanQuery.all(10)).entries();
      assertEquals(5, entries.size());
      for (Entry entry : entries) {
        List<HistoryRow> rows = store.ledger().history(entry.key(), 0, 10);
        HistoryRow last = rows.get(rows.size() - 1);
        assertEquals(entry.chain(), new ChainHead(rows.size(), last.link().hash()));
        assertEquals(ChainHead.EMPTY, store.ledger().checkpoint(entry.key()));
      }
      Entry leased = entries.get(4);
      assertEquals(State.PROCESSING, leased.state());
      assertEquals("cli-1", leased.position().lease().orElseThrow().node().value());
      assertEquals(1, leased.run().attempts());
    }
  }

  @Test
  void counts_areThoseOfBefore() {
    Census expected =
        new Census(Map.of(State.VERIFIED, 3L, State.ACCEPTED, 1L, State.PROCESSING, 1L), 0, LATER);
    try (JdbcLedger store = open()) {
      assertEquals(expected, store.ledger().census(Optional.empty()));
      assertEquals(expected, store.ledger().census(Optional.of(OwnerId.of("local"))));
      assertEquals(40, store.ledger().holdings().usage(OwnerId.of("local")).heldBytes());
    }
  }

  @Test
  void hourlyCensus_isFilled() {
    try (JdbcLedger store = open()) {
      assertEquals(List.of(), CensusCorrectionCases.differing(store));
      long accepted =
          CensusCorrectionCases.recount(store).stream()
              .mapToLong(cell -> cell.kept().count(CensusCount.ACCEPTED))
              .sum();
      assertEquals(5, accepted);
    }
  }

  @Test
  void work_isClaimedAndItsLostLeaseTold() {
    try (JdbcLedger store = open()) {
      Entry waiting = store.ledger().scan(ScanQuery.all(10)).entries().get(3);
      WorkRef work = waiting.run().work();
      List<Claimed> claimed = store.work().claim(Sample.claim("node-2", 10, work));
      assertEquals(2, claimed.size());
      assertEquals(2, claimed.get(1).entry().position().fence());
      assertTrue(claimed.get(1).takenFrom().isPresent());
      time.advance(Duration.ofMinutes(1));
      assertEquals(2, store.work().claim(Sample.claim("node-3", 10, work)).size());
    }
  }

  @Test
  void digestsOfBefore_haveNoMessages() throws SQLException {
    try (Statements db =
        new Statements(
            DriverManager.getConnection("jdbc:sqlite:" + file()), UnaryOperator.identity())) {
      db.runOnce("INSERT INTO digests VALUES (1, 1000, 0)");
      db.runOnce("INSERT INTO digest_lines VALUES (1, 'CODE', 'p', 'a@1', 'v1', 2, 900, 950)");
    }
    try (JdbcLedger store = open()) {
      AlertDigest.Line line = store.alerts().unsent(10).get(0).lines().get(0);
      assertEquals(2, line.count());
      assertEquals("", line.message());
    }
  }

  @Test
  void audits_areToldAllEntriesInTheOrderOfPlaces() {
    try (JdbcLedger store = open()) {
      assertEquals(
          store.ledger().scan(ScanQuery.all(10)).entries().stream()
              .map(AuditRow::of)
              .sorted(Comparator.comparing(row -> SequencePlace.of(row.key())))
              .toList(),
          store.ledger().holdings().audit(ALL).rows());
    }
  }

  @Test
  void entryOfAnEarlierRelease_isRefusedToAuditsUntilTheLedgerIsOpenedAgain() throws SQLException {
    try (JdbcLedger store = open()) {
      try (Statements db =
          new Statements(
              DriverManager.getConnection("jdbc:sqlite:" + file()), UnaryOperator.identity())) {
        db.runOnce("UPDATE entries SET place = x'' WHERE id = 's2-3f860c632f'");
      }
      LedgerException refused =
          assertThrows(LedgerException.class, () -> store.ledger().holdings().audit(ALL));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("local/s2-3f860c632f has no place"),
          refused::toString);
    }
    audits_areToldAllEntriesInTheOrderOfPlaces();
  }

  @Test
  void openedAgain_changesNothing() {
    List<Entry> first;
    try (JdbcLedger store = open()) {
      first = store.ledger().scan(ScanQuery.all(10)).entries();
    }
    try (JdbcLedger store = open()) {
      assertEquals(first, store.ledger().scan(ScanQuery.all(10)).entries());
    }
  }
}
