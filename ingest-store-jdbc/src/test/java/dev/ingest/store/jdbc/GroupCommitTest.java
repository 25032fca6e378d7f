package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.ManualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupCommitTest {

  private static final int THREADS = 64;
  private static final String COUNT = "SELECT COUNT(*) FROM alerts";

  @TempDir Path directory;

  private final ManualTime time = Sample.time();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private SqliteDialect dialect = new SqliteDialect(Path.of("unset"), time);
  private List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void nameFile() {
    dialect = new SqliteDialect(directory.resolve("ledger.db"), time);
    opened = new ArrayList<>();
  }

  @AfterEach
  void closeAll() throws Exception {
    threads.shutdownNow();
    for (AutoCloseable one : opened) {
      one.close();
    }
    assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
  }

  private JdbcLedger ledger() {
    JdbcLedger ledger = JdbcLedger.open(dialect);
    opened.add(ledger);
    return ledger;
  }

  private EmbeddedDatabase database() {
    EmbeddedDatabase database = EmbeddedDatabase.open(dialect);
    opened.add(database);
    return database;
  }

  private static long commits(JdbcLedger store) {
    return ((EmbeddedDatabase) store.database()).commits();
  }

  private static AlertRow alert(int number) {
    return Sample.alert("CODE", Sample.key(number));
  }

  /** Keeps the writer inside a transaction until the gate opens. */
  private Future<?> block(EmbeddedDatabase database, CountDownLatch gate)
      throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    Future<?> blocked =
        threads.submit(
            () ->
                database.change(
                    "wait",
                    (db, now) -> {
                      inside.countDown();
                      awaitQuietly(gate);
                      return 0;
                    }));
    inside.await();
    return blocked;
  }

  private static void awaitQuietly(CountDownLatch gate) throws SQLException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    }
  }

  private static int insert(Statements db, int number) throws SQLException {
    AlertTable.insert(db, alert(number));
    return number;
  }

  private static int insertOne(EmbeddedDatabase database) {
    return database.change("insert", (db, now) -> insert(db, 7));
  }

  private static long count(EmbeddedDatabase database) {
    return database.read("count", db -> db.sql(COUNT).number());
  }

  @Test
  void callsThatQueueDuringACommit_shareTheNext() throws Exception {
    EmbeddedDatabase database = database();
    CountDownLatch gate = new CountDownLatch(1);
    Future<?> blocked = block(database, gate);
    long before = database.commits();
    List<Future<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      calls.add(threads.submit(() -> database.change("insert", (db, now) -> insert(db, number))));
    }
    while (database.queued() < THREADS) {
      Thread.onSpinWait();
    }
    gate.countDown();
    blocked.get();
    for (int i = 0; i < THREADS; i++) {
      assertEquals(i, calls.get(i).get());
    }
    assertEquals(before + 2, database.commits());
    assertEquals(THREADS, count(database));
  }

  @Test
  void manyThreadsCommittingOneByOne_loseNothing() throws Exception {
    JdbcLedger store = ledger();
    long each = 20;
    long before = commits(store);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int first = (int) (i * each);
      running.add(
          threads.submit(
              () -> {
                for (int n = first; n < first + each; n++) {
                  Sample.accepted(store, Sample.key(n));
                }
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    long calls = 2 * THREADS * each;
    long commits = commits(store) - before;
    assertTrue(commits <= calls, commits + " commits for " + calls + " calls");
    assertEquals(THREADS * each, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
  }

  @Test
  void groupIsBounded_evenIfMoreIsQueued() throws Exception {
    EmbeddedDatabase database = database();
    CountDownLatch gate = new CountDownLatch(1);
    Future<?> blocked = block(database, gate);
    long before = database.commits();
    int weight = GroupWriter.MAX_WEIGHT / 2;
    List<Future<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int number = i;
      calls.add(
          threads.submit(() -> database.change("insert", weight, (db, now) -> insert(db, number))));
    }
    while (database.queued() < 6) {
      Thread.onSpinWait();
    }
    gate.countDown();
    blocked.get();
    for (Future<Integer> call : calls) {
      call.get();
    }
    assertEquals(before + 4, database.commits());
  }

  @Test
  void elementThatFails_failsAlone() {
    EmbeddedDatabase database = database();
    List<Change<Outcome>> changes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      changes.add(
          (db, now) -> {
            insert(db, number);
            if (number == 2) {
              db.run("INSERT INTO ingest_meta (name, value) VALUES ('incarnation', 'twice')");
            }
            return Outcome.APPLIED;
          });
    }
    List<Outcome> outcomes = database.outcomes("insert", changes);
    Outcome.Unknown poison = assertInstanceOf(Outcome.Unknown.class, outcomes.get(2));
    String message = String.valueOf(poison.cause().getMessage());
    assertTrue(message.startsWith(dialect.name() + " could not insert: "), message);
    assertTrue(message.contains("this element met an error and was undone"), message);
    outcomes = new ArrayList<>(outcomes);
    outcomes.remove(2);
    assertEquals(
        List.of(Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED), outcomes);
    assertEquals(4, count(database));
  }

  @Test
  void transitionThatTheDatabaseRefuses_failsAloneAndLeavesNothing() {
    JdbcLedger store = ledger();
    SequenceKey huge = Sample.key(1);
    Transition first = accept(store, huge, Long.MAX_VALUE);
    Transition poison = accept(store, Sample.key(2), Long.MAX_VALUE);
    Transition last = accept(store, Sample.key(3), 0);
    List<Outcome> outcomes = store.ledger().commit(List.of(first, poison, last));
    assertEquals(Outcome.APPLIED, outcomes.get(0));
    assertInstanceOf(Outcome.Unknown.class, outcomes.get(1));
    assertEquals(Outcome.APPLIED, outcomes.get(2));
    assertEquals(List.of(Optional.empty()), store.ledger().find(List.of(Sample.key(2))));
    assertEquals(List.of(), store.ledger().history(Sample.key(2), 0, 10));
    assertEquals(1, store.ledger().census(Optional.empty()).openSessions());
  }

  private static Transition accept(JdbcLedger store, SequenceKey key, long bytes) {
    SessionId session = Sample.session();
    store.sessions().open(session, key, Reservation.NONE, OwnerQuota.UNLIMITED);
    return Sample.accept(key, session, bytes, Sample.START);
  }

  @Test
  void transactionThatIsLost_failsAllAndTheNextIsFine() {
    EmbeddedDatabase database = database();
    List<Change<Outcome>> changes =
        List.of(
            (db, now) -> {
              insert(db, 1);
              return Outcome.APPLIED;
            },
            (db, now) -> {
              db.run("ROLLBACK");
              throw new SQLException("the transaction is gone");
            });
    LedgerException error =
        assertThrows(LedgerException.class, () -> database.outcomes("insert", changes));
    assertTrue(
        String.valueOf(error.getMessage()).contains("rolled back before its commit"),
        error.getMessage());
    assertEquals(0, count(database));
    assertEquals(7, insertOne(database));
    assertEquals(1, count(database));
  }

  @Test
  void commitThatFails_leavesAllUnknownAndTheNextIsFine() {
    EmbeddedDatabase database = database();
    Change<Outcome> ended =
        (db, now) -> {
          insert(db, 1);
          db.run("RELEASE SAVEPOINT element");
          db.run("COMMIT");
          db.run("SAVEPOINT element");
          return Outcome.APPLIED;
        };
    LedgerException error =
        assertThrows(LedgerException.class, () -> database.outcomes("insert", List.of(ended)));
    assertTrue(
        String.valueOf(error.getMessage()).contains("whether the commit took effect is unknown"),
        error.getMessage());
    assertEquals(7, insertOne(database));
    assertEquals(2, count(database));
  }

  @Test
  void errorInAChange_failsItsGroupAndTheNextIsFine() {
    EmbeddedDatabase database = database();
    for (Error thrown : List.of(new OutOfMemoryError("injected"), new StackOverflowError())) {
      String message = failing(database, thrown);
      assertTrue(message.contains("rolled back before its commit"), message);
      assertTrue(message.contains(thrown.toString()), message);
    }
    assertEquals(0, count(database));
    assertEquals(7, insertOne(database));
    assertEquals(1, count(database));
  }

  private static String failing(EmbeddedDatabase database, Error thrown) {
    Change<Integer> change =
        (db, now) -> {
          insert(db, 1);
          throw thrown;
        };
    LedgerException error =
        assertThrows(LedgerException.class, () -> database.change("insert", change));
    return String.valueOf(error.getMessage());
  }

  @Test
  void errorInACommit_leavesAllUnknownAndTheNextIsFine() {
    EmbeddedDatabase database = EmbeddedDatabase.open(secondWriterFailingAtItsCommit());
    opened.add(database);
    failing(database, new OutOfMemoryError("injected"));
    LedgerException error = assertThrows(LedgerException.class, () -> insertOne(database));
    assertTrue(
        String.valueOf(error.getMessage()).contains("whether the commit took effect is unknown"),
        error.getMessage());
    assertEquals(0, count(database));
    assertEquals(7, insertOne(database));
    assertEquals(1, count(database));
  }

  private EmbeddedDialect secondWriterFailingAtItsCommit() {
    AtomicInteger writers = new AtomicInteger();
    return proxy(
        EmbeddedDialect.class,
        dialect,
        (method, arguments) -> {
          if (method.equals("openWriter") && writers.incrementAndGet() == 2) {
            return new Statements(failingAtItsCommit(), dialect::named);
          }
          return null;
        });
  }

  private Connection failingAtItsCommit() throws SQLException {
    return proxy(
        Connection.class,
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db")),
        (method, arguments) -> {
          if (method.equals("prepareStatement") && "COMMIT".equals(arguments[0])) {
            throw new OutOfMemoryError("injected");
          }
          return null;
        });
  }

  /** Answers a call, or null to pass it on. */
  private interface Hook {
    @Nullable Object call(String method, Object[] arguments) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T target, Hook hook) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object answer =
                  hook.call(method.getName(), arguments == null ? new Object[0] : arguments);
              if (answer != null) {
                return answer;
              }
              try {
                return method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
    return type.cast(proxy);
  }

  @Test
  void errorInARead_closesItsConnection() {
    EmbeddedDatabase database = database();
    List<Statements> used = new ArrayList<>();
    assertThrows(
        StackOverflowError.class,
        () ->
            database.read(
                "count",
                db -> {
                  used.add(db);
                  throw new StackOverflowError();
                }));
    assertThrows(SQLException.class, () -> used.get(0).run("SELECT 1"));
    assertEquals(0, count(database));
  }

  @Test
  void interruptedCaller_staysInterruptedAndLearnsNothing() throws Exception {
    EmbeddedDatabase database = database();
    CountDownLatch gate = new CountDownLatch(1);
    Future<?> blocked = block(database, gate);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              LedgerException error =
                  assertThrows(
                      LedgerException.class,
                      () -> database.change("insert", (db, now) -> insert(db, 1)));
              boolean told = String.valueOf(error.getMessage()).contains("unknown");
              interrupted.complete(told && Thread.currentThread().isInterrupted());
            });
    caller.start();
    while (database.queued() < 1) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    assertTrue(interrupted.get());
    gate.countDown();
    blocked.get();
    assertEquals(7, insertOne(database));
    assertEquals(2, count(database));
  }

  @Test
  void close_finishesWhatRunsAndFailsWhatIsQueued() throws Exception {
    EmbeddedDatabase database = database();
    CountDownLatch gate = new CountDownLatch(1);
    Future<?> blocked = block(database, gate);
    Future<Integer> queued =
        threads.submit(() -> database.change("insert", (db, now) -> insert(db, 1)));
    while (database.queued() < 1) {
      Thread.onSpinWait();
    }
    Future<?> closing = threads.submit(database::close);
    ExecutionException error = assertThrows(ExecutionException.class, queued::get);
    assertInstanceOf(LedgerException.class, error.getCause());
    assertTrue(String.valueOf(error.getMessage()).contains("nothing of this call took effect"));
    assertFalse(closing.isDone());
    gate.countDown();
    blocked.get();
    closing.get();
    database.close();
    assertEquals(0, count(database()));
  }

  @Test
  void closedLedger_refusesEveryCall() {
    JdbcLedger store = ledger();
    store.close();
    assertThrows(LedgerException.class, () -> store.ledger().now());
    assertThrows(LedgerException.class, () -> store.ledger().commit(List.of()));
    assertThrows(LedgerException.class, () -> store.ledger().find(List.of()));
    assertThrows(LedgerException.class, () -> store.alerts().seal());
    assertThrows(LedgerException.class, () -> store.alerts().pending());
    assertThrows(LedgerException.class, () -> store.sessions().find(Sample.session()));
    assertThrows(
        LedgerException.class, () -> store.work().claim(Sample.claim("n", 1, Sample.WORK)));
  }

  @Test
  void writerThread_isADaemonThatEndsWithClose() throws InterruptedException {
    JdbcLedger store = ledger();
    store.alerts().seal();
    List<Thread> writers = writers();
    assertTrue(writers.stream().allMatch(Thread::isDaemon));
    assertFalse(writers.isEmpty());
    store.close();
    for (Thread writer : writers) {
      writer.join(10_000);
      assertFalse(writer.isAlive(), writer.getName());
    }
  }

  private static List<Thread> writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ingest-ledger-"))
        .toList();
  }
}
