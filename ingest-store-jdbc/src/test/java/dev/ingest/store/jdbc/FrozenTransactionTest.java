package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node that stops in the middle of a transaction, as one does under SIGSTOP or in a long pause of
 * its collector, holds locks and says nothing. The others must not wait for it.
 */
@Tag("programme")
class FrozenTransactionTest {

  private static final String CHANGE =
      "UPDATE @work SET version = version + 100 WHERE owner = ? AND id = ?";

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(Sample.time());
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  @Test
  void nodeFrozenInATransaction_losesItsLocksAndItsChange() throws SQLException {
    Sample.accepted(store, Sample.key(1));
    Entry claimed = Sample.claimOne(store);
    ServerDatabase frozen =
        new ServerDatabase(
            place.source(),
            new PostgresDialect(
                "frozen", JdbcLedgerOptions.DEFAULT.tablePrefix(), Optional.empty()));
    AtomicInteger begun = new AtomicInteger();
    LedgerException error =
        assertThrows(
            LedgerException.class,
            () ->
                frozen.change(
                    "stop with locks held",
                    1,
                    (db, now) -> {
                      begun.incrementAndGet();
                      db.sql(CHANGE).key(claimed.key()).changeOne();
                      // The commit waits for the row, which nobody gives back but the server.
                      assertEquals(
                          List.of(Outcome.APPLIED),
                          store.ledger().commit(List.of(Sample.processed(claimed))));
                      return begun;
                    }));
    assertEquals(1, begun.get(), "it is not begun anew with what it decided before");
    assertTrue(
        String.valueOf(error.getMessage()).contains("stop with locks held"), error::toString);
    Entry now = Sample.find(store, claimed.key());
    assertEquals(State.PROCESSED, now.state());
    assertEquals(claimed.version() + 1, now.version(), "of the frozen node nothing is left");
    assertEquals(2, store.ledger().history(claimed.key(), 0, 10).size());
    assertEquals(
        List.of(), store.work().claim(Sample.claim("node-1", 1, Sample.WORK)), "nothing is due");
  }

  @Test
  void lockOfAStranger_endsTheWaitAndIsNamed() throws SQLException {
    Sample.accepted(store, Sample.key(1));
    Entry claimed = Sample.claimOne(store);
    try (Connection stranger = place.source().getConnection();
        Statement statement = stranger.createStatement()) {
      stranger.setAutoCommit(false);
      statement.execute("SELECT 1 FROM ingest_work FOR UPDATE");
      LedgerException error =
          assertThrows(
              LedgerException.class,
              () -> store.work().renew(List.of(Scene.held(claimed)), Duration.ofMinutes(1)));
      assertTrue(String.valueOf(error.getMessage()).contains("somebody keeps a lock"));
      assertEquals(
          List.of(), store.work().claim(Sample.claim("node-2", 1, Sample.WORK)), "and no claim");
      stranger.rollback();
      stranger.setAutoCommit(true);
    }
    assertEquals(
        List.of(Outcome.APPLIED),
        store.work().renew(List.of(Scene.held(claimed)), Duration.ofMinutes(1)));
  }
}
