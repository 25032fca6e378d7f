package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stranger keeps one row of the ledger: what is in a batch beside it does not wait for it. */
@Tag("programme")
class LockedRowTest {

  private static final int COUNT = 40;
  private static final int LOCKED = 7;

  /** A renewal changed what nobody keeps, or waits for what somebody does. */
  private static final String RENEWED_OR_WAITING =
      "SELECT (SELECT COUNT(DISTINCT lease_until) > 1 FROM ingest_work)"
          + " OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND datname = current_database())";

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @SuppressWarnings("NullAway.Init") // made before each test
  private List<Entry> claimed;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Connection stranger;

  @BeforeEach
  void claim() throws SQLException {
    store = place.open(Sample.time());
    IntStream.range(0, COUNT).forEach(i -> Sample.accepted(store, Sample.key(i)));
    claimed =
        store.work().claim(Sample.claim("node-1", COUNT, Sample.WORK)).stream()
            .map(Claimed::entry)
            .sorted((one, other) -> one.key().compareTo(other.key()))
            .toList();
    assertEquals(COUNT, claimed.size());
    stranger = place.source().getConnection();
    stranger.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    stranger.rollback();
    stranger.setAutoCommit(true);
    stranger.close();
    store.close();
    place.source().close();
  }

  private void lock(String table) throws SQLException {
    SequenceKey key = Sample.key(LOCKED);
    try (Statement statement = stranger.createStatement()) {
      statement.execute(
          "SELECT 1 FROM ingest_%s WHERE owner = '%s' AND id = '%s' FOR UPDATE"
              .formatted(table, key.owner().value(), key.id().value()));
    }
  }

  /** Makes a call that tells of all but the locked one, and not much later than it has waited. */
  private void assertAllButOne(Duration longest, Supplier<List<Outcome>> call) {
    long began = System.nanoTime();
    List<Outcome> outcomes = call.get();
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertTrue(took.compareTo(longest) < 0, () -> "took " + took);
    for (int i = 0; i < COUNT; i++) {
      if (i == LOCKED) {
        Throwable cause = assertInstanceOf(Outcome.Unknown.class, outcomes.get(i)).cause();
        assertTrue(String.valueOf(cause.getMessage()).contains("somebody keeps a lock"));
      } else {
        assertEquals(Outcome.APPLIED, outcomes.get(i), "" + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"work", "entries"})
  void transitionsBesideALockedRow_areCommitted(String table) throws SQLException {
    boolean isWork = table.equals("work");
    List<Transition> all =
        claimed.stream()
            .map(entry -> isWork ? Sample.processed(entry) : Sample.overdue(entry))
            .toList();
    lock(table);
    assertAllButOne(Duration.ofSeconds(8), () -> store.ledger().commit(all));
    stranger.rollback();
    assertEquals(List.of(Outcome.APPLIED), store.ledger().commit(all.subList(LOCKED, LOCKED + 1)));
    assertEquals(List.of(Outcome.APPLIED), store.ledger().commit(all.subList(0, 1)), "again");
  }

  @Test
  void leasesBesideALockedRow_areRenewedAndHandedBack() throws SQLException {
    List<Held> held = claimed.stream().map(Scene::held).toList();
    lock("work");
    Duration longest = Duration.ofSeconds(6);
    assertAllButOne(longest, () -> store.work().renew(held, Duration.ofMinutes(1)));
    assertAllButOne(longest, () -> store.work().handBack(held));
    stranger.rollback();
    assertEquals(List.of(Outcome.APPLIED), store.work().handBack(held.subList(LOCKED, LOCKED + 1)));
    assertEquals(
        COUNT, store.work().claim(Sample.claim("node-2", COUNT, Sample.WORK)).size(), "all free");
  }

  /** Whoever keeps the one row gets the others too: nobody waits for the other. */
  @Test
  void leasesBesideALockedRow_keepNothingWhileTheyWait() throws Exception {
    List<Held> held = claimed.stream().map(Scene::held).toList();
    lock("work");
    CompletableFuture<List<Outcome>> renewal;
    try (Connection watching = place.source().getConnection();
        Statement watch = watching.createStatement();
        Statement taking = stranger.createStatement()) {
      taking.execute("SET LOCAL lock_timeout = '800ms'");
      renewal =
          CompletableFuture.supplyAsync(() -> store.work().renew(held, Duration.ofMinutes(10)));
      while (!isTrue(watch, RENEWED_OR_WAITING)) {
        assertFalse(renewal.isDone());
      }
      taking.execute("SELECT 1 FROM ingest_work FOR UPDATE");
    }
    stranger.rollback();
    renewal.get(60, TimeUnit.SECONDS).forEach(one -> assertEquals(Outcome.APPLIED, one));
  }

  private static boolean isTrue(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** As an index does that is built: leases change one table, and wait for no other. */
  @ParameterizedTest
  @ValueSource(strings = {"history", "entries"})
  void leasesBesideALockedRow_waitForNoTableThatTheyDoNotChange(String table) throws SQLException {
    List<Held> held = claimed.stream().map(Scene::held).toList();
    lock("work");
    try (Connection builder = place.source().getConnection();
        Statement statement = builder.createStatement()) {
      builder.setAutoCommit(false);
      try {
        statement.execute("LOCK TABLE ingest_%s IN SHARE MODE".formatted(table));
        Duration longest = Duration.ofSeconds(6);
        assertAllButOne(longest, () -> store.work().renew(held, Duration.ofMinutes(1)));
        assertAllButOne(longest, () -> store.work().handBack(held));
      } finally {
        builder.rollback();
        builder.setAutoCommit(true);
      }
    }
  }

  /** As an index does that is built: what waits for it as a whole says so as a whole. */
  @Test
  void tableThatIsLocked_isWaitedForOnce() throws SQLException {
    try (Statement statement = stranger.createStatement()) {
      statement.execute("LOCK TABLE ingest_work IN SHARE MODE");
    }
    List<Transition> all = claimed.stream().map(Sample::processed).toList();
    long began = System.nanoTime();
    LedgerException error = assertThrows(LedgerException.class, () -> store.ledger().commit(all));
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertTrue(took.compareTo(Duration.ofSeconds(16)) < 0, () -> "took " + took);
    assertTrue(String.valueOf(error.getMessage()).contains("somebody keeps a lock"));
    stranger.rollback();
    assertTrue(store.ledger().commit(all).stream().allMatch(Outcome::isApplied));
  }
}
