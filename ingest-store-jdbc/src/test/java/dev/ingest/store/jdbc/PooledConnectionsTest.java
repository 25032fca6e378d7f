package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.content.JdbcContent;
import dev.ingest.testkit.Bodies;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/** What stands between a node and its server: a pool that lends nothing, and a pooler. */
@Tag("programme")
class PooledConnectionsTest {

  private static final JdbcLedgerOptions APPLY =
      JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY);

  private static HikariDataSource pool(DataSource server) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(server);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(300);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  private static String refusal(JdbcLedger store) {
    LedgerException refused = assertThrows(LedgerException.class, () -> Sample.claimOne(store));
    return refused.toString();
  }

  private static void assertSays(String expected, String text) {
    assertTrue(text.contains(expected), text);
  }

  @Test
  void poolThatLendsNothing_saysWhoHasItsConnections() throws SQLException {
    try (HikariDataSource pool = pool(PostgresServer.ofEmptySchema());
        JdbcLedger store = JdbcLedger.postgres(pool, APPLY);
        Connection kept = pool.getConnection()) {
      String refusal = refusal(store);
      assertSays("request timed out after", refusal);
      assertSays("nothing was changed; let the pool have more connections", refusal);
      assertTrue(kept.isValid(1));
    }
  }

  /** As after a rotation of passwords: connections of before would go on, new ones are refused. */
  @Test
  void poolThatGetsNoConnection_saysWhatTheServerSaid() throws SQLException {
    PGSimpleDataSource server = new PGSimpleDataSource();
    server.setUrl(PostgresServer.urlOfEmptySchema());
    try (HikariDataSource pool = pool(server);
        JdbcLedger store = JdbcLedger.postgres(pool, APPLY)) {
      server.setUser("nobody_of_this_name");
      pool.getHikariPoolMXBean().softEvictConnections();
      String refusal = refusal(store);
      assertSays("role \"nobody_of_this_name\" does not exist", refusal);
      assertSays("nothing was changed; give the source of connections the user", refusal);
    }
  }

  /**
   * Lends one connection, which tells of a process that is not the server's, and of a state of long
   * ago, as a pooler's does, and is never closed.
   */
  static DataSource behindAPooler(Supplier<Connection> server) {
    Connection pooled =
        proxy(
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getBackendPID" -> -1;
                  case "getParameterStatus" -> "off";
                  case "isWrapperFor" -> true;
                  case "unwrap" -> self;
                  case "hashCode" -> 1;
                  case "equals" -> arguments[0] == self;
                  case "close", "abort" -> null;
                  default -> invoked(server.get(), method, arguments);
                },
            Connection.class,
            PGConnection.class);
    return proxy(
        (self, method, arguments) ->
            method.getName().equals("getConnection") ? pooled : method.getDefaultValue(),
        DataSource.class);
  }

  private static <T> T proxy(InvocationHandler handler, Class<T> type, Class<?>... others) {
    List<Class<?>> types = new ArrayList<>(List.of(others));
    types.add(type);
    return type.cast(
        Proxy.newProxyInstance(
            PooledConnectionsTest.class.getClassLoader(), types.toArray(new Class<?>[0]), handler));
  }

  private static @Nullable Object invoked(
      Connection server, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(server, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static Set<String> prepared(DataSource pool) throws SQLException {
    Set<String> prepared = new TreeSet<>();
    try (Connection connection = pool.getConnection();
        Statement asked = connection.createStatement();
        ResultSet rows = asked.executeQuery("SELECT statement FROM pg_prepared_statements")) {
      while (rows.next()) {
        prepared.add(rows.getString(1));
      }
    }
    return prepared;
  }

  private static void work(DataSource pool) {
    try (JdbcLedger store = JdbcLedger.postgres(pool, APPLY);
        JdbcContent content = JdbcContent.postgres(pool)) {
      work(store, content);
    } catch (ContentException e) {
      throw new AssertionError(e);
    }
  }

  private static void work(JdbcLedger store, JdbcContent content) throws ContentException {
    for (int i = 0; i < 20; i++) {
      Sample.accepted(store, Sample.key(i));
      Sample.claimOne(store);
      store.ledger().census(Optional.empty());
      content.access().store().list(new ContentPrefix("raw/a"), Optional.empty(), 1);
    }
  }

  @Test
  void statementsThatComeAgain_arePreparedByName() throws SQLException {
    try (HikariDataSource pool = pool(PostgresServer.ofEmptySchema())) {
      work(pool);
      assertTrue(prepared(pool).size() > 5, "or the other test proves nothing");
    }
  }

  @Test
  void throughAPooler_nothingIsPreparedByName() throws SQLException {
    try (Connection server = PostgresServer.ofEmptySchema().getConnection()) {
      DataSource pooled = behindAPooler(() -> server);
      work(pooled);
      assertEquals(List.of(), List.copyOf(prepared(pooled)));
    }
  }

  @Test
  void throughAPoolerThatWasPutBetweenLater_nothingIsPreparedByName() throws Exception {
    DataSource direct = PostgresServer.ofEmptySchema();
    AtomicBoolean between = new AtomicBoolean();
    try (Connection server = direct.getConnection()) {
      DataSource pooled = behindAPooler(() -> server);
      DataSource source = FailoverTest.either(direct, pooled, between);
      try (JdbcLedger store = JdbcLedger.postgres(source, APPLY);
          JdbcContent content = JdbcContent.postgres(source)) {
        between.set(true);
        work(store, content);
        assertEquals(List.of(), List.copyOf(prepared(pooled)));
      }
    }
  }

  private static long questions(CountedTrips trips) {
    return trips.take().stream().filter(text -> text.contains("pg_is_in_recovery")).count();
  }

  @Test
  void throughAPooler_readsAloneAskWhatTheServerIs() throws Exception {
    CountedTrips trips = new CountedTrips();
    try (Connection server = PostgresServer.ofEmptySchema().getConnection()) {
      DataSource pooled = trips.counting(behindAPooler(() -> server));
      try (JdbcLedger store = JdbcLedger.postgres(pooled, APPLY);
          JdbcContent content = JdbcContent.postgres(pooled)) {
        Sample.accepted(store, Sample.key(1));
        ContentStore bodies = content.access().store();
        bodies.stat(Bodies.key("a"));
        trips.take();
        Sample.claimOne(store);
        Bodies.store(bodies, Bodies.key("a"), new byte[9]);
        assertEquals(0, questions(trips));
        Sample.find(store, Sample.key(1));
        bodies.stat(Bodies.key("a"));
        assertEquals(2, questions(trips));
      }
    }
  }

  private static void awaitEnd(PostgresListener listener) throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    listener.start();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread) && thread.getName().equals("ingest-ledger-listener")) {
        thread.join(20_000);
        assertFalse(thread.isAlive(), "it listens");
      }
    }
  }

  /** Its session is another client's next, who would be told what he did not ask for. */
  @Test
  void throughAPooler_nobodyListens() throws Exception {
    CountedTrips trips = new CountedTrips();
    try (Connection server = PostgresServer.ofEmptySchema().getConnection()) {
      ServerDatabase database =
          new ServerDatabase(
              trips.counting(behindAPooler(() -> server)),
              new PostgresDialect("pooled", "ingest_", Optional.empty()));
      PostgresListener listener = new PostgresListener(database);
      try {
        awaitEnd(listener);
        List<String> sent = trips.take();
        assertTrue(sent.stream().noneMatch(text -> text.contains("LISTEN")), sent::toString);
      } finally {
        listener.close();
      }
    }
  }

  @Test
  void throughAPooler_contentLeavesTheDriverPreparingAsBefore() throws Exception {
    try (Connection server = PostgresServer.ofEmptySchema().getConnection()) {
      PGConnection driver = server.unwrap(PGConnection.class);
      int before = driver.getPrepareThreshold();
      assertTrue(before > 0, "or it proves nothing");
      try (JdbcContent content = JdbcContent.postgres(behindAPooler(() -> server))) {
        content.access().store().list(new ContentPrefix("raw/a"), Optional.empty(), 1);
        assertEquals(before, driver.getPrepareThreshold());
      }
    }
  }
}
