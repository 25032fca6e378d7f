package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What vacuum has left is told by table, from the server's statistics. */
@Timeout(120)
class DeadTuplesTest {

  @Test
  void deletedRows_areDeadUntilAVacuum() throws SQLException {
    PostgresPlace place = new PostgresPlace();
    try (JdbcLedger ledger = (JdbcLedger) place.open(Sample.time())) {
      Filling sql = new Filling(place.source());
      assertTrue(ledger.deadTuples().containsKey("entries"), () -> ledger.deadTuples().toString());
      sql.run("ALTER TABLE ingest_controls SET (autovacuum_enabled = false)");
      sql.run(
          "INSERT INTO ingest_controls (kind, name, version, body)"
              + " SELECT 'test', 'n' || n, 1, '' FROM generate_series(1, 500) AS n",
          "DELETE FROM ingest_controls WHERE kind = 'test'",
          "SELECT pg_stat_force_next_flush()");
      Map<String, Long> dead = ledger.deadTuples();
      assertTrue(dead.getOrDefault("controls", 0L) >= 500, dead::toString);
      assertTrue(dead.keySet().stream().noneMatch(name -> name.contains("20")), dead::toString);
      sql.run("VACUUM ingest_controls");
      assertEquals(0, ledger.deadTuples().get("controls"));
    } finally {
      place.source().close();
    }
  }

  @Test
  void aServerThatIsGone_isNotWithoutDeadTuples() throws SQLException {
    PostgresPlace place = new PostgresPlace();
    try (JdbcLedger ledger = (JdbcLedger) place.open(Sample.time())) {
      place.source().close();
      assertThrows(LedgerException.class, ledger::deadTuples);
    }
  }

  @Test
  void sqlite_hasNone(@TempDir Path home) {
    try (JdbcLedger ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), Sample.time())) {
      assertEquals(Map.of(), ledger.deadTuples());
    }
  }
}
