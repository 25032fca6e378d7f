package dev.ingest.core.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Evidence;
import dev.ingest.core.Verdict;
import dev.ingest.core.Verdict.Kind;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** Rows that are there, are not, are other ones, and cannot be read, in a real database. */
final class JdbcProbeTest {

  private static final Evidence ALICE = new Shown(SequenceKey.of("alice", "ride-1"));
  private static final Evidence BOB = new Shown(SequenceKey.of("bob", "ride-1"));
  private static final String QUERY = "select state, items from orders where owner = ? and id = ?";

  @TempDir private Path home;
  private final SQLiteDataSource database = new SQLiteDataSource();

  @BeforeEach
  void create() throws SQLException {
    database.setUrl("jdbc:sqlite:" + home.resolve("orders.db"));
    change("create table orders (owner text, id text, state text, items integer)");
    change("insert into orders values ('alice', 'ride-1', 'printed', 2)");
  }

  private void change(String statement) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement change = connection.prepareStatement(statement)) {
      change.execute();
    }
  }

  private static List<?> key(Evidence evidence) {
    return List.of(evidence.sequence().owner().value(), evidence.sequence().id().value());
  }

  private JdbcProbe probe() {
    return probe(database, QUERY);
  }

  private static JdbcProbe probe(DataSource of, String query) {
    return JdbcProbe.of("orders", of, query, JdbcProbeTest::key);
  }

  private static Verdict.Kind kind(JdbcProbe probe) {
    return probe.check(ALICE).kind();
  }

  @Test
  void row_passesWithoutARule() {
    assertEquals(Verdict.pass(), probe().check(ALICE));
  }

  @Test
  void noRow_failsUnlessItIsChosenOtherwise() {
    assertEquals(Kind.FAIL, probe().check(BOB).kind());
    assertTrue(probe().check(BOB).reason().contains("bob/ride-1"));
    assertEquals(Kind.UNKNOWN, probe().withoutRows(Kind.UNKNOWN).check(BOB).kind());
  }

  @Test
  void rule_decidesOnTheRows() {
    JdbcProbe printed =
        probe()
            .expecting(
                (evidence, rows) ->
                    rows.size() == 1
                            && rows.get(0).has("STATE", "printed")
                            && rows.get(0).has("items", "" + evidence.result().count())
                        ? Verdict.pass()
                        : Verdict.fail("expected one printed order, got " + rows));
    assertEquals(Kind.PASS, kind(printed));
    assertEquals(Kind.FAIL, kind(printed.expecting((evidence, rows) -> Verdict.fail("no"))));
    assertEquals(Kind.UNKNOWN, kind(printed.expecting((evidence, rows) -> Verdict.unknown(""))));
  }

  @Test
  void nullsAndMissingColumns_areToldApart() throws SQLException {
    change("update orders set state = null");
    JdbcProbe rule =
        probe()
            .expecting(
                (evidence, rows) -> {
                  assertTrue(rows.get(0).text("state").isEmpty());
                  assertFalse(rows.get(0).has("state", "printed"));
                  rows.get(0).text("price");
                  return Verdict.pass();
                });
    IllegalArgumentException missing =
        assertThrows(IllegalArgumentException.class, () -> rule.check(ALICE));
    assertTrue(String.valueOf(missing.getMessage()).contains("price"));
  }

  @Test
  void boundValue_isNoPartOfTheStatement() {
    JdbcProbe evil =
        JdbcProbe.of("orders", database, QUERY, evidence -> List.of("alice' or '1'='1", "ride-1"));
    assertEquals(Kind.FAIL, kind(evil));
  }

  @Test
  void uncommittedRow_isNotThereYet() throws SQLException {
    change("delete from orders");
    try (Connection writer = database.getConnection()) {
      writer.setAutoCommit(false);
      try (PreparedStatement insert =
          writer.prepareStatement("insert into orders values ('alice', 'ride-1', 'x', 1)")) {
        insert.executeUpdate();
      }
      assertEquals(Kind.FAIL, kind(probe()));
      writer.commit();
      assertEquals(Kind.PASS, kind(probe()));
    }
  }

  @Test
  void oldSnapshotOfAPooledConnection_isLeft() throws SQLException {
    change("pragma journal_mode = wal");
    change("delete from orders");
    try (Connection pooled = database.getConnection()) {
      pooled.setAutoCommit(false);
      DataSource pool = pool(pooled);
      assertEquals(Kind.FAIL, kind(probe(pool, QUERY)));
      try (PreparedStatement look = pooled.prepareStatement("select count(*) from orders")) {
        look.executeQuery().close();
      }
      change("insert into orders values ('alice', 'ride-1', 'x', 1)");
      assertEquals(Kind.PASS, kind(probe(pool, QUERY)));
      assertFalse(pooled.getAutoCommit(), "it goes back as it came");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from nothing where a = ? and b = ?",
        "select 1 from orders where owner = ?",
        "no query, secret-4711",
        ""
      })
  void statementThatDoesNotWork_isUnknownAndRepeatsNoText(String query) {
    Verdict verdict = probe(database, query).check(ALICE);
    assertEquals(Kind.UNKNOWN, verdict.kind());
    assertTrue(verdict.reason().startsWith("the rows could not be read: "), verdict.reason());
    assertFalse(verdict.reason().contains("secret"), verdict.reason());
  }

  @Test
  void moreRowsThanAreTaken_areUnknownAndNotJudged() throws SQLException {
    change(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
            + " insert into orders select 'alice', 'ride-1', 'x', i from n");
    JdbcProbe strict =
        probe()
            .expecting(
                (evidence, rows) -> {
                  throw new AssertionError("not all rows are here");
                });
    Verdict verdict = strict.check(ALICE);
    assertEquals(Kind.UNKNOWN, verdict.kind());
    assertTrue(verdict.reason().contains("1000"), verdict.reason());
    change("delete from orders where items = 1000");
    assertEquals(Kind.PASS, kind(probe()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "getConnection",
        "getAutoCommit",
        "setNetworkTimeout",
        "prepareStatement",
        "setQueryTimeout",
        "setObject",
        "executeQuery",
        "next",
        "getString",
        "close"
      })
  void connectionThatIsLostAnywhere_isUnknown(String method) {
    Verdict verdict =
        probe(failing(method, () -> new SQLException("password=secret", "08006", 7)), QUERY)
            .check(ALICE);
    assertEquals(Kind.UNKNOWN, verdict.kind());
    assertEquals(
        "the rows could not be read: SQLException, SQL state 08006, code 7", verdict.reason());
  }

  @Test
  void statementThatTakesTooLong_isUnknown() {
    Verdict verdict =
        probe(failing("executeQuery", () -> new SQLTimeoutException("too long")), QUERY)
            .check(ALICE);
    assertEquals(Kind.UNKNOWN, verdict.kind());
    assertTrue(verdict.reason().contains("SQLTimeoutException"), verdict.reason());
  }

  @Test
  @Timeout(30)
  void endlessQuery_isEndedByTheDatabase() {
    String endless =
        "with recursive n(i) as (select 1 union all select i + 1 from n)"
            + " select ?, ?, count(*) from n";
    long began = System.nanoTime();
    Verdict verdict = probe(database, endless).withLimit(Duration.ofSeconds(1)).check(ALICE);
    assertEquals(Kind.UNKNOWN, verdict.kind());
    assertTrue(System.nanoTime() - began < Duration.ofSeconds(30).toNanos());
  }

  /** It would strike what is asked next on the connection, by whomever. */
  @Test
  @Timeout(30)
  void cancellationThatComesAsTheStatementEnds_isOverBeforeTheConnectionIsGivenBack() {
    CountDownLatch isCancelling = new CountDownLatch(1);
    CountDownLatch areClosed = new CountDownLatch(3);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    DataSource slow =
        wrapped(
            DataSource.class,
            database,
            method -> {
              if (method.equals("executeQuery")) {
                isWithin(isCancelling, Duration.ofSeconds(20));
              } else if (method.equals("cancel")) {
                isCancelling.countDown();
                isWithin(areClosed, Duration.ofMillis(500));
                order.add("cancel");
              } else if (method.equals("close")) {
                order.add("close");
                areClosed.countDown();
              }
            });
    probe(slow, QUERY).withLimit(Duration.ofSeconds(1)).check(ALICE);
    assertEquals(List.of("close", "cancel", "close", "close"), order, "after the rows alone");
  }

  /** They would be as many as are asked within a limit, of five minutes at the most. */
  @Test
  void statementThatWasAnswered_isNotKeptUntilItsTimeIsOver() {
    List<WeakReference<Object>> made = new ArrayList<>();
    DataSource noting =
        wrapped(
            DataSource.class,
            database,
            method -> {},
            part -> {
              if (part instanceof PreparedStatement) {
                made.add(new WeakReference<>(part));
              }
            });
    assertEquals(Kind.PASS, kind(probe(noting, QUERY).withLimit(Duration.ofMinutes(5))));
    assertEquals(1, made.size());
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (made.get(0).get() != null && System.nanoTime() - end < 0) {
      System.gc();
    }
    assertNull(made.get(0).get());
  }

  private static boolean isWithin(CountDownLatch latch, Duration time) {
    try {
      return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void driverWithoutNetworkBound_isReadAllTheSame() {
    assertEquals(
        Kind.PASS,
        kind(probe(failing("setNetworkTimeout", SQLFeatureNotSupportedException::new), QUERY)));
  }

  @Test
  void limits_areBoundedAndLeaveTheEngineSlack() {
    assertEquals(Duration.ofSeconds(7), probe().withLimit(Duration.ofSeconds(5)).timeLimit());
    assertThrows(InvalidValueException.class, () -> probe().withLimit(Duration.ofMillis(999)));
    assertThrows(InvalidValueException.class, () -> probe().withLimit(Duration.ofMinutes(6)));
  }

  @Test
  void connections_areGivenBack() {
    List<String> calls = new ArrayList<>();
    assertEquals(Kind.PASS, kind(probe(recording(calls), QUERY)));
    assertEquals(1, calls.stream().filter("getConnection"::equals).count());
    assertEquals(3, calls.stream().filter("close"::equals).count(), calls::toString);
  }

  private DataSource failing(String method, Supplier<SQLException> error) {
    return wrapped(
        DataSource.class,
        database,
        name -> {
          if (name.equals(method)) {
            throw error.get();
          }
        });
  }

  private DataSource recording(List<String> calls) {
    return wrapped(DataSource.class, database, calls::add);
  }

  private interface Look {
    void at(String method) throws SQLException;
  }

  /** Looks at each call of a data source and of all that comes of it. */
  private static <T> T wrapped(Class<T> type, Object of, Look look) {
    return wrapped(type, of, look, part -> {});
  }

  private static <T> T wrapped(Class<T> type, Object of, Look look, Consumer<Object> made) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          look.at(method.getName());
          Object answer;
          try {
            answer = method.invoke(of, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
          boolean isPart = answer != null && method.getReturnType().isInterface();
          return isPart ? wrapped(method.getReturnType(), answer, look, made) : answer;
        };
    T proxy =
        type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    made.accept(proxy);
    return proxy;
  }

  /** A pool of one connection, which stays open. */
  private static DataSource pool(Connection one) {
    InvocationHandler kept =
        (proxy, method, arguments) ->
            method.getName().equals("close") ? null : method.invoke(one, arguments);
    Connection view =
        (Connection)
            Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, kept);
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> view);
  }
}
