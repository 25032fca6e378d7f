package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.content.JdbcContent;
import dev.ingest.testkit.Bodies;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** A real standby behind the name of the primary, under a pool that lives on, and its promotion. */
@Tag("programme")
class FailoverTest {

  private static final JdbcLedgerOptions APPLY =
      JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY).withTablePrefix("moved_");

  /** How long a pool made then lends a connection again without a question of its own. */
  private static final String UNASKED = "com.zaxxer.hikari.aliveBypassWindowMs";

  private static final ContentKey KEY = new ContentKey("raw/a");

  @TempDir Path directory;

  private EmbeddedPostgres server() throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(directory.resolve("data"))
        .setCleanDataDirectory(false)
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .start();
  }

  /** A server that reads alone until it is promoted, with the ledger's tables. */
  private EmbeddedPostgres standby() throws IOException {
    try (EmbeddedPostgres primary = server()) {
      JdbcLedger.postgres(primary.getPostgresDatabase(), APPLY).close();
    }
    Files.createFile(directory.resolve("data").resolve("standby.signal"));
    return server();
  }

  /** One connection, which no look of the pool's own asks anything in between. */
  static HikariDataSource pool(DataSource server) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(server);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(10_000);
    String before = System.setProperty(UNASKED, "600000");
    try {
      return new HikariDataSource(config);
    } finally {
      if (before == null) {
        System.clearProperty(UNASKED);
      } else {
        System.setProperty(UNASKED, before);
      }
    }
  }

  static DataSource either(DataSource first, DataSource second, AtomicBoolean switched) {
    return (DataSource)
        Proxy.newProxyInstance(
            FailoverTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> method.invoke(switched.get() ? second : first, arguments));
  }

  static void execute(DataSource server, String statement) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement executed = connection.createStatement()) {
      executed.execute(statement);
    }
  }

  static int process(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement asked = connection.createStatement();
        ResultSet row = asked.executeQuery("SELECT pg_backend_pid()")) {
      assertTrue(row.next());
      return row.getInt(1);
    }
  }

  private static void assertFinds(JdbcLedger store) {
    assertEquals(List.of(Optional.empty()), store.ledger().find(List.of(Sample.key(1))));
  }

  private static void assertRefused(JdbcLedger store) {
    LedgerException refused =
        assertThrows(
            LedgerException.class, () -> store.ledger().find(List.of(Sample.key(1))), "it lags");
    assertTrue(refused.toString().contains("expected the primary, found a read replica"));
  }

  @Test
  void standbyThatIsPromoted_isUsedFromThenOn() throws IOException, SQLException {
    AtomicBoolean switched = new AtomicBoolean();
    try (EmbeddedPostgres standby = standby();
        HikariDataSource kept = pool(standby.getPostgresDatabase());
        JdbcLedger store =
            JdbcLedger.postgres(either(PostgresServer.source(), kept, switched), APPLY)) {
      switched.set(true);
      process(kept);
      // The connection was made to a standby, which says no more about it until it is asked.
      execute(standby.getPostgresDatabase(), "SELECT pg_promote()");
      assertFinds(store);
      Sample.accepted(store, Sample.key(2));
    }
  }

  @Test
  void connectionToAStandby_isNotLentAgain() throws IOException, SQLException {
    AtomicBoolean switched = new AtomicBoolean();
    try (EmbeddedPostgres standby = standby();
        HikariDataSource kept = pool(standby.getPostgresDatabase());
        JdbcLedger store =
            JdbcLedger.postgres(either(PostgresServer.source(), kept, switched), APPLY)) {
      switched.set(true);
      int before = process(kept);
      assertRefused(store);
      assertFalse(process(kept) == before, "the name may lead to another server by now");
      assertRefused(store);
    }
  }

  /** A pooler's connection, which lives on while the server behind it is exchanged. */
  @Test
  void standbyBehindAPooler_answersNobody() throws IOException, SQLException {
    AtomicBoolean switched = new AtomicBoolean();
    try (EmbeddedPostgres standby = standby();
        Connection before = PostgresServer.ofEmptySchema().getConnection();
        Connection after = standby.getPostgresDatabase().getConnection()) {
      DataSource pooled =
          PooledConnectionsTest.behindAPooler(() -> switched.get() ? after : before);
      try (JdbcLedger store = JdbcLedger.postgres(pooled, APPLY);
          JdbcContent content = JdbcContent.postgres(pooled)) {
        assertFinds(store);
        assertEquals(Optional.empty(), content.access().store().stat(KEY));
        switched.set(true);
        ContentException refused =
            assertThrows(ContentException.class, () -> content.access().store().stat(KEY));
        assertTrue(refused.toString().contains("leads to a replica"), refused::toString);
        assertRefused(store);
      }
    }
  }

  /** A pool that looks at nothing but whether its one connection is closed. */
  private static DataSource plainPool(DataSource server, AtomicInteger connections) {
    AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          Connection connection = kept.get();
          if (connection == null || connection.isClosed()) {
            connection = server.getConnection();
            kept.set(connection);
            connections.incrementAndGet();
          }
          return lent(connection);
        });
  }

  private static Connection lent(Connection connection) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          try {
            return method.getName().equals("close") ? null : method.invoke(connection, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FailoverTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static String refusedWrite(JdbcContent content) {
    return assertThrows(
            ContentException.class,
            () -> Bodies.store(content.access().store(), Bodies.key("a"), new byte[9]))
        .toString();
  }

  /** It does not say 25006 to a transaction that says that it changes. */
  @Test
  void contentWrittenToAStandby_isRefusedAndItsConnectionNotLentAgain()
      throws IOException, SQLException {
    AtomicBoolean switched = new AtomicBoolean();
    AtomicInteger connections = new AtomicInteger();
    DataSource primary = PostgresServer.ofEmptySchema();
    try (EmbeddedPostgres standby = standby()) {
      DataSource kept = plainPool(standby.getPostgresDatabase(), connections);
      try (JdbcContent content = JdbcContent.postgres(either(primary, kept, switched))) {
        switched.set(true);
        for (int i = 1; i <= 2; i++) {
          String refused = refusedWrite(content);
          assertTrue(refused.contains("it was rolled back; connect to the primary"), refused);
          assertEquals(i, connections.get(), "the name may lead to another server by now");
        }
      }
    }
  }

  /** As managed servers do while their disk is full; sessions of before keep such a setting. */
  @Test
  void databaseThatTakesNoWritesForAWhile_isWrittenToAfterwards() throws SQLException {
    String url = PostgresServer.urlOfEmptySchema();
    PGSimpleDataSource full = new PGSimpleDataSource();
    full.setUrl(url);
    full.setOptions("-c default_transaction_read_only=on");
    PGSimpleDataSource server = new PGSimpleDataSource();
    server.setUrl(url);
    AtomicBoolean switched = new AtomicBoolean();
    try (HikariDataSource kept = pool(full);
        JdbcLedger store = JdbcLedger.postgres(either(server, kept, switched), APPLY)) {
      switched.set(true);
      process(kept);
      full.setOptions("");
      assertThrows(LedgerException.class, () -> Sample.accepted(store, Sample.key(1)));
      Sample.accepted(store, Sample.key(1));
    }
  }

  @Test
  void poolsOfOtherTests_askAsTheyDoElsewhere() throws SQLException {
    try (HikariDataSource pool = pool(PostgresServer.source())) {
      assertTrue(process(pool) > 0);
      assertNull(System.getProperty(UNASKED));
    }
  }
}
