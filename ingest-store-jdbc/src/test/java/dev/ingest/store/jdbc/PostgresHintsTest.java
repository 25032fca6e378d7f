package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;

/** Nodes that share a database wake each other. */
@Tag("programme")
class PostgresHintsTest {

  private static final long MOST_SECONDS = 30;
  private static final String CHANNEL = "ingest_arrivals";
  private static final String THREAD = "ingest-ledger-listener";

  private final PostgresPlace place = new PostgresPlace();
  private final PGSimpleDataSource source = new PGSimpleDataSource();
  private final Semaphore hints = new Semaphore(0);
  private final Set<Thread> threadsBefore = new HashSet<>(listeners());

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore accepting;

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore idle;

  @BeforeEach
  void open() throws SQLException {
    source.setUrl(place.source().getJdbcUrl());
    source.setApplicationName("idle-" + source.getCurrentSchema());
    accepting = JdbcLedger.postgres(place.source(), PostgresPlace.OPTIONS);
    idle = JdbcLedger.postgres(source, PostgresPlace.OPTIONS);
  }

  @AfterEach
  void close() throws SQLException {
    accepting.close();
    idle.close();
    place.source().close();
  }

  private List<Thread> newListeners() {
    List<Thread> ours = new ArrayList<>(listeners());
    ours.removeAll(threadsBefore);
    return ours;
  }

  private static List<Thread> listeners() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(THREAD))
        .toList();
  }

  private Thread listener() {
    List<Thread> ours = newListeners();
    assertEquals(1, ours.size(), "one listener, for the ledger that was asked for hints");
    return ours.get(0);
  }

  private void awaitHint(String after) throws InterruptedException {
    assertTrue(hints.tryAcquire(MOST_SECONDS, TimeUnit.SECONDS), "no hint after " + after);
  }

  private void acceptMany(int from, int count) {
    List<Transition> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(Sample.openAndPrepare(accepting, Sample.key(from + i)));
    }
    hints.drainPermits();
    accepting.ledger().commit(batch).forEach(one -> assertEquals(Outcome.APPLIED, one));
  }

  @Test
  void acceptanceOfOneNode_wakesAnother() throws InterruptedException {
    Subscription subscription = idle.work().onArrival(hints::release);
    awaitHint("the connection");
    acceptMany(0, 1);
    awaitHint("an acceptance elsewhere");
    subscription.close();
  }

  @Test
  void subscriptionThatEnded_isToldNothing() throws InterruptedException {
    Semaphore other = new Semaphore(0);
    Subscription ended = idle.work().onArrival(other::release);
    Subscription subscription = idle.work().onArrival(hints::release);
    awaitHint("the connection");
    ended.close();
    other.drainPermits();
    acceptMany(0, 1);
    awaitHint("an acceptance elsewhere");
    assertEquals(0, other.availablePermits());
    subscription.close();
  }

  @Test
  void batch_notifiesAtMostOnce() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
      for (int round = 0; round < 3; round++) {
        acceptMany(round * 50, 50);
        statement.execute("NOTIFY " + CHANNEL + ", 'the end of round " + round + "'");
        int notified = notificationsUntil(connection, "the end of round " + round);
        assertTrue(notified <= 1, notified + " notifications of one batch");
        assertTrue(round > 0 || notified == 1, "the first batch was not told of");
      }
    }
  }

  private static int notificationsUntil(Connection connection, String last) throws SQLException {
    int count = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
    while (System.nanoTime() < end) {
      PGNotification[] arrived = connection.unwrap(PGConnection.class).getNotifications(1_000);
      for (PGNotification one : arrived == null ? new PGNotification[0] : arrived) {
        if (one.getParameter().equals(last)) {
          return count;
        }
        count++;
      }
    }
    throw new AssertionError("no notification " + last);
  }

  @Test
  void workThatSettles_notifiesNobody() throws SQLException {
    Sample.accepted(accepting, Sample.key(1));
    Transition failed = Scene.failed(Sample.claimOne(accepting));
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + CHANNEL);
      Sample.commit(accepting, failed);
      statement.execute("NOTIFY " + CHANNEL + ", 'the end'");
      assertEquals(0, notificationsUntil(connection, "the end"));
    }
  }

  @Test
  void listenerWhoseConnectionBreaks_findsAnother() throws Exception {
    Subscription subscription = idle.work().onArrival(hints::release);
    awaitHint("the connection");
    hints.drainPermits();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
              + source.getApplicationName()
              + "' AND pid <> pg_backend_pid()");
    }
    awaitHint("the next connection, for what may have come meanwhile");
    acceptMany(0, 1);
    awaitHint("an acceptance elsewhere");
    assertTrue(listener().isAlive());
    subscription.close();
  }

  /** A server that went without a word breaks no connection: nothing arrives on it any more. */
  @Test
  void connectionOnWhichNothingArrives_isReplacedAfterAWhile() throws Exception {
    AtomicInteger lent = new AtomicInteger();
    DataSource deafAtFirst =
        Intercepted.source(
            source,
            (connection, text, sending) ->
                text.startsWith("LISTEN") && lent.incrementAndGet() == 1 ? false : sending.go());
    ServerDatabase database =
        new ServerDatabase(deafAtFirst, new PostgresDialect("deaf", "ingest_", Optional.empty()));
    AtomicInteger given = new AtomicInteger();
    Subscription subscription =
        database
            .hints()
            .add(
                () -> {
                  given.incrementAndGet();
                  hints.release();
                });
    try (PostgresListener listener = new PostgresListener(database, 1_000)) {
      listener.start();
      awaitHint("the connection");
      awaitHint("the next one");
      while (lent.get() < 2) {
        awaitHint("a connection");
      }
      awaitMoreHintsThan(lent, given);
    }
    subscription.close();
  }

  /** Each connection gives one, so that one more tells of an acceptance; between two none does. */
  private void awaitMoreHintsThan(AtomicInteger connections, AtomicInteger given)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
    for (int i = 0; given.get() <= connections.get(); i++) {
      assertTrue(System.nanoTime() < end, "no acceptance elsewhere was told of");
      acceptMany(i, 1);
      hints.tryAcquire(100, TimeUnit.MILLISECONDS);
    }
  }

  /** The pool is the application's, and its next borrower may wait longer for an answer. */
  @Test
  void connectionThatWasListenedOn_goesBackAsItCame() throws Exception {
    try (Connection only = source.getConnection()) {
      only.setNetworkTimeout(Runnable::run, 1_234);
      only.setAutoCommit(false);
      Semaphore returns = new Semaphore(0);
      AtomicReference<String> returned = new AtomicReference<>("nothing");
      DataSource pool =
          Lent.source(
              only,
              () -> {
                returned.set(only.getNetworkTimeout() + " " + only.getAutoCommit());
                returns.release();
              });
      ServerDatabase database =
          new ServerDatabase(pool, new PostgresDialect("lent", "ingest_", Optional.empty()));
      PostgresListener listener = new PostgresListener(database, 50);
      listener.start();
      assertTrue(returns.tryAcquire(MOST_SECONDS, TimeUnit.SECONDS), "it is kept");
      listener.close();
      assertEquals("1234 false", returned.get());
    }
  }

  @Test
  void listener_isANamedDaemonThatEndsWithTheLedger() throws InterruptedException {
    assertEquals(List.of(), newListeners(), "none before someone asks for hints");
    Subscription subscription = idle.work().onArrival(hints::release);
    idle.work().onArrival(() -> {}).close();
    awaitHint("the connection");
    Thread listener = listener();
    assertTrue(listener.isDaemon());
    subscription.close();
    idle.close();
    idle.close();
    listener.join(TimeUnit.SECONDS.toMillis(MOST_SECONDS));
    assertFalse(listener.isAlive());
  }

  @Test
  void ledgerThatWasClosedBeforeAnyoneListened_startsNoListener() {
    idle.close();
    idle.work().onArrival(hints::release).close();
    assertEquals(List.of(), newListeners());
  }
}
