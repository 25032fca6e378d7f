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

  private static final String WORK_OF_TWO =
      WORK.replace("ORDER BY", "WHERE id = 's00002' ORDER BY");

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
  void whatCannotBeRead_isGivenBackWithoutAnAttempt() throws SQLException {
    claim("node-0");
    time.advance(Duration.ofMinutes(1));
    List<String> before = sql.texts(WORK);
    sql.run("UPDATE ingest_entries SET run_kind = 'LATER'");
    for (int i = 0; i < 3; i++) {
      LedgerException refused =
          assertThrows(
              LedgerException.class,
              () -> store.work().claim(Sample.claim("node-1", 1, Sample.WORK)));
      String told = String.valueOf(refused.getMessage());
      assertTrue(told.contains("cannot read the row of owner/s0000" + (i + 1) + ": "), told);
      assertTrue(told.contains("RunKind.LATER"), told);
      assertTrue(told.contains("1 of the 1 that cannot be read are given back"), told);
      assertTrue(told.contains("run the release that wrote the row"), told);
      assertEquals(before, sql.texts(WORK));
    }
    assertEquals(List.of(), claim("node-1"), "each is due again after the time of a lease");
    sql.run("UPDATE ingest_entries SET run_kind = 'PRIMARY'");
    time.advance(Duration.ofSeconds(30));
    List<Claimed> claimed = claim("node-2");
    assertEquals(
        List.of("node-0", "node-0", "node-0"),
        claimed.stream().map(one -> one.takenFrom().orElseThrow().node().value()).toList());
    assertEquals(
        3L, store.ledger().census(Optional.empty()).counts().get(State.PROCESSING), "counts");
  }

  @Test
  void whatIsBesideARowThatCannotBeRead_isClaimed() throws SQLException {
    List<String> before = sql.texts(WORK_OF_TWO);
    sql.run("UPDATE ingest_entries SET run_kind = 'LATER' WHERE id = 's00002'");
    assertEquals(
        List.of(Sample.key(1), Sample.key(3)),
        claim("node-1").stream().map(one -> one.entry().key()).toList());
    assertEquals(before, sql.texts(WORK_OF_TWO));
    LedgerException scan =
        assertThrows(
            LedgerException.class,
            () -> store.ledger().find(List.of(Sample.key(1), Sample.key(2))));
    assertTrue(String.valueOf(scan.getMessage()).contains("the row of owner/s00002: "));
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
