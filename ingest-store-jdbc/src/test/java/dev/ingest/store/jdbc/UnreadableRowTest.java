package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.ManualTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that a newer release wrote, on a node that does not know what they say. */
class UnreadableRowTest {

  private static final String WORK =
      "SELECT id || ' ' || state || ' ' || attempts || ' ' || COALESCE(lease_node, 'none') || ' '"
          + " || COALESCE(lease_until, 0) FROM ingest_work ORDER BY id";

  private final PostgresPlace place = new PostgresPlace();
  private final ManualTime time = Sample.time();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Filling sql;

  @BeforeEach
  void fill() throws SQLException {
    store = place.open(time);
    sql = new Filling(place.source());
    for (int i = 1; i <= 3; i++) {
      Sample.accepted(store, Sample.key(i));
    }
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  private List<Claimed> claim(String node) {
    return store.work().claim(Sample.claim(node, 10, Sample.WORK));
  }

  @Test
  void claimOfWhatCannotBeRead_leavesAllAsItWas() throws SQLException {
    claim("node-0");
    time.advance(Duration.ofMinutes(1));
    Sample.accepted(store, Sample.key(4));
    List<String> before = sql.texts(WORK);
    sql.run("UPDATE ingest_entries SET run_kind = 'LATER' WHERE id = 's00002'");
    for (int i = 0; i < 3; i++) {
      LedgerException refused = assertThrows(LedgerException.class, () -> claim("node-1"));
      String told = String.valueOf(refused.getMessage());
      assertTrue(told.contains("owner/s00002: "), told);
      assertTrue(told.contains("RunKind.LATER"), told);
      assertTrue(told.contains("4 of the 4 that were claimed are given back"), told);
      assertTrue(told.contains("run the release that wrote the row"), told);
      assertEquals(before, sql.texts(WORK));
    }
    sql.run("UPDATE ingest_entries SET run_kind = 'PRIMARY' WHERE id = 's00002'");
    List<Claimed> claimed = claim("node-2");
    assertEquals(4, claimed.size());
    assertEquals(
        List.of(
            Optional.of("node-0"), Optional.of("node-0"), Optional.of("node-0"), Optional.empty()),
        claimed.stream().map(one -> one.takenFrom().map(lease -> lease.node().value())).toList());
    assertEquals(
        4L, store.ledger().census(Optional.empty()).counts().get(State.PROCESSING), "counts");
  }

  @Test
  void historyOfAnUnknownKind_isRefusedWithWhatToDo() throws SQLException {
    sql.run("UPDATE ingest_history SET kind = 'LATER' WHERE id = 's00002'");
    LedgerException refused =
        assertThrows(LedgerException.class, () -> store.ledger().history(Sample.key(2), 0, 10));
    String told = String.valueOf(refused.getMessage());
    assertTrue(told.contains("TransitionKind.LATER"), told);
    assertTrue(told.contains("run the release that wrote the row"), told);
  }
}
