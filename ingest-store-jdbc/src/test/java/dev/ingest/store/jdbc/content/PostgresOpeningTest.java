package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.store.jdbc.ServerRisk;
import dev.ingest.store.jdbc.content.JdbcContentOptions.SchemaRule;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

@Tag("programme")
class PostgresOpeningTest {

  private static final JdbcContentOptions DEFAULT = JdbcContentOptions.DEFAULT;

  private static final int TIMEOUT_BEFORE = 77_000;

  private String url = "unset";
  private DataSource source = new PGSimpleDataSource();

  @BeforeEach
  void makeSchema() throws SQLException {
    url = PostgresServer.urlOfEmptySchema();
    source = source(url);
  }

  private static DataSource source(String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  private void run(String... statements) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static String refusal(DataSource source, JdbcContentOptions options) {
    return assertThrows(ContentException.class, () -> JdbcContent.postgres(source, options).close())
        .toString();
  }

  private static void assertSays(String expected, String text) {
    assertTrue(text.contains(expected), text);
  }

  /** Sources whose unqualified names are found in their schema before those of the system. */
  private DataSource pretending(String... functions) throws SQLException {
    run(functions);
    return source(url + ",pg_catalog");
  }

  private DataSource withSetting(String setting, String value) throws SQLException {
    return pretending(
        "CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT CASE $1 WHEN ''"
            + setting
            + "'' THEN ''"
            + value
            + "'' ELSE pg_catalog.current_setting($1) END'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "synchronous_commit", "full_page_writes"})
  void serverWithADangerousSetting_isRefusedUnlessAcceptedByName(String setting)
      throws SQLException {
    DataSource dangerous = withSetting(setting, "off");
    String message = refusal(dangerous, DEFAULT);
    ServerRisk risk = ServerRisk.valueOf(setting.toUpperCase(Locale.ROOT) + "_OFF");
    assertSays(setting + " = off", message);
    assertSays("accept [" + risk + "] by name", message);
    for (ServerRisk other : ServerRisk.values()) {
      if (other != risk) {
        assertSays(setting, refusal(dangerous, DEFAULT.withAccepted(Set.of(other))));
      }
    }
    try (JdbcContent content =
        JdbcContent.postgres(dangerous, DEFAULT.withAccepted(Set.of(risk)))) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(10, 1));
      assertEquals(risk == ServerRisk.FULL_PAGE_WRITES_OFF, store.capabilities().durable());
    }
  }

  @Test
  void replica_isRefusedUnlessAcceptedAndThenOnlyRead() throws SQLException {
    try (JdbcContent primary = JdbcContent.postgres(source)) {
      store(primary.access().store(), key("a"), bytes(10, 1));
    }
    DataSource replica =
        pretending(
            "CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'");
    assertSays("a replica cannot write and lags behind", refusal(replica, DEFAULT));
    try (JdbcContent content =
        JdbcContent.postgres(replica, DEFAULT.withAccepted(Set.of(ServerRisk.READ_REPLICA)))) {
      assertTrue(content.access().store().stat(key("a")).isPresent());
      assertFalse(content.access().store().capabilities().durable());
    }
  }

  @Test
  void sourceThatLeadsToAReplicaLater_isNotBelieved() throws SQLException {
    DataSource changing = source(url + ",pg_catalog");
    try (JdbcContent content = JdbcContent.postgres(changing)) {
      run("CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'");
      ContentException error =
          assertThrows(ContentException.class, () -> content.access().store().stat(key("never")));
      assertSays("the connection leads to a replica", error.toString());
    }
  }

  @Test
  void connectionThatDoesNotWaitForTheLog_cannotCommit() throws SQLException {
    DataSource changing = source(url);
    try (JdbcContent content = JdbcContent.postgres(changing)) {
      ContentStore store = content.access().store();
      store(store, key("b"), bytes(10, 2));
      ((PGSimpleDataSource) changing).setOptions("-c synchronous_commit=off");
      try (ContentWriter writer = store.writer(PREFIX)) {
        writer.put(key("a"), body(bytes(10, 1)));
        assertThrows(ContentDurabilityException.class, writer::commit);
      }
      assertTrue(store.stat(key("a")).isEmpty());
      assertThrows(
          ContentDurabilityException.class,
          () -> content.access().purger().delete(permit(key("b"))));
      assertTrue(store.stat(key("b")).isPresent());
    }
  }

  @Test
  void stricterIsolationAndReadOnlySessions_doNotDisturb() throws Exception {
    DataSource strict =
        source(
            url
                + "&options=-c%20default_transaction_isolation=serializable"
                + "%20-c%20default_transaction_read_only=on");
    try (JdbcContent content = JdbcContent.postgres(strict)) {
      ContentStore store = content.access().store();
      try (ContentWriter one = store.writer(PREFIX);
          ContentWriter two = store.writer(PREFIX)) {
        one.put(key("a"), body(bytes(2_000_000, 1)));
        two.put(key("a"), body(bytes(2_000_000, 1)));
        one.commit();
        two.commit();
      }
      assertArrayEquals(bytes(2_000_000, 1), read(store, key("a")));
      content.access().purger().delete(permit(key("a")));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void connections_goBackAsTheyCame(boolean autoCommit) throws SQLException {
    try (Connection only = source.getConnection();
        JdbcContent content = JdbcContent.postgres(new OneConnection(only))) {
      only.setAutoCommit(autoCommit);
      only.setNetworkTimeout(Runnable::run, TIMEOUT_BEFORE);
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(1_000_000, 1));
      assertAsItCame(only, autoCommit);
      store(store, key("a"), bytes(1_000_000, 1));
      assertThrows(ContentException.class, () -> store(store, key("a"), bytes(1, 1)));
      assertAsItCame(only, autoCommit);
      content.access().purger().delete(permit(key("a")));
      assertTrue(store.stat(key("a")).isEmpty());
      assertAsItCame(only, autoCommit);
      run("DROP TABLE content_keys");
      assertThrows(ContentException.class, () -> store.stat(key("a")));
      assertThrows(ContentException.class, () -> store(store, key("a"), bytes(1, 1)));
      assertAsItCame(only, autoCommit);
    }
  }

  private static void assertAsItCame(Connection connection, boolean autoCommit)
      throws SQLException {
    assertEquals(autoCommit, connection.getAutoCommit());
    assertEquals(TIMEOUT_BEFORE, connection.getNetworkTimeout());
    connection.setAutoCommit(true);
    assertEquals("on", setting(connection, "synchronous_commit"));
    assertEquals("0", setting(connection, "idle_in_transaction_session_timeout"));
    assertEquals("0", setting(connection, "lock_timeout"));
    connection.setAutoCommit(autoCommit);
  }

  private static String setting(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + name)) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }

  @Test
  void connectionsInUse_waitForNoAnswerForever() throws SQLException {
    try (JdbcContent content = JdbcContent.postgres(new Asked(source))) {
      ContentStore store = content.access().store();
      store(store, key("a"), bytes(2_000_000, 1));
      store(store, key("a"), bytes(2_000_000, 1));
      assertEquals(1, store.list(PREFIX, Optional.empty(), 10).entries().size());
      content.access().purger().delete(permit(key("a")));
      content.sweep();
    }
  }

  /** Makes sure that no statement begins on a connection that may wait for its answer forever. */
  private static final class Asked extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    private final transient DataSource source;

    Asked(DataSource source) {
      this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
      Connection connection = source.getConnection();
      return (Connection)
          Proxy.newProxyInstance(
              Asked.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().endsWith("Statement") || method.getName().equals("commit")) {
                  assertEquals(60_000, connection.getNetworkTimeout(), method.getName());
                }
                try {
                  return method.invoke(connection, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  /** Hands out one connection to one user at a time, and does nothing about it in between. */
  private static final class OneConnection extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    private final transient Connection only;
    private boolean taken;

    OneConnection(Connection only) {
      this.only = only;
    }

    @Override
    public Connection getConnection() {
      assertFalse(taken, "the last one was not given back");
      taken = true;
      return (Connection)
          Proxy.newProxyInstance(
              OneConnection.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().equals("close")) {
                  taken = false;
                  return null;
                }
                try {
                  return method.invoke(only, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  @Test
  void absentTables_areNamedWhereTheyAreOnlyVerified() {
    String message = refusal(source, DEFAULT.withSchema(SchemaRule.VERIFY));
    assertSays("lacks table content_chunks, table content_keys", message);
    assertSays("apply content-postgres-1.sql", message);
  }

  @Test
  void schemaAppliedByHand_isVerified() throws SQLException {
    JdbcContentOptions options = DEFAULT.withTablePrefix("x_").withSchema(SchemaRule.VERIFY);
    run(JdbcContent.postgresSchema(options).toArray(String[]::new));
    try (JdbcContent content = JdbcContent.postgres(source, options)) {
      store(content.access().store(), key("a"), bytes(10, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE content_chunks|table content_chunks;",
        "ALTER TABLE content_loose DROP COLUMN touched_at|column content_loose.touched_at;",
        "DROP INDEX content_keys_body|unique index content_keys_body;",
        "ALTER TABLE content_keys DROP CONSTRAINT content_keys_pkey|content_keys_pkey",
        "ALTER TABLE content_keys ALTER COLUMN key TYPE text COLLATE \"default\"|"
            + "column content_keys.key in byte order;",
        "DROP TABLE content_meta|table content_meta;",
        "UPDATE content_meta SET value = '2' WHERE name = 'schema_version'|"
            + "expected schema version 1, found 2;",
        "DELETE FROM content_meta WHERE name = 'schema_version'|found none;",
        "DELETE FROM content_meta WHERE name = 'chunk_bytes'|chunk_bytes is missing;",
        "UPDATE content_meta SET value = '0' WHERE name = 'chunk_bytes'|chunk_bytes is 0;"
      })
  void schemaThatIsNotWhole_isRefusedByName(String damageAndMessage) throws SQLException {
    JdbcContent.postgres(source).close();
    String[] parts = damageAndMessage.split("[|]", 2);
    run(parts[0]);
    for (SchemaRule rule : SchemaRule.values()) {
      assertSays(parts[1], refusal(source, DEFAULT.withSchema(rule)));
    }
  }

  @Test
  void schemaOfTheLedger_holdsContentToo() throws Exception {
    JdbcLedgerOptions options =
        JdbcLedgerOptions.DEFAULT.withSchema(JdbcLedgerOptions.SchemaRule.APPLY);
    for (int round = 0; round < 2; round++) {
      try (JdbcContent content = JdbcContent.postgres(source);
          JdbcLedger ledger = JdbcLedger.postgres(source, options)) {
        assertTrue(ledger.capabilities().durable());
        store(content.access().store(), key("k" + round), bytes(10, round));
      }
    }
  }

  @Test
  void processesThatOpenTogether_createTheSchemaOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      Callable<Boolean> opening =
          () -> {
            JdbcContent.postgres(source).close();
            return true;
          };
      List<Future<Boolean>> all = pool.invokeAll(Collections.nCopies(4, opening));
      for (Future<Boolean> one : all) {
        assertTrue(one.get());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void sweepsSideBySide_doNotWaitForEachOtherForever() throws Exception {
    try (JdbcContent content = JdbcContent.postgres(source)) {
      ContentWriter writer = content.access().store().writer(PREFIX);
      for (int i = 0; i < 200; i++) {
        writer.put(key("k" + i), body(bytes(10, i)));
      }
      run("UPDATE content_loose SET touched_at = 0");
      ExecutorService pool = Executors.newFixedThreadPool(4);
      try {
        Callable<Boolean> sweep =
            () -> {
              content.sweep();
              return true;
            };
        for (Future<Boolean> one : pool.invokeAll(Collections.nCopies(4, sweep))) {
          assertTrue(one.get());
        }
      } finally {
        pool.shutdownNow();
      }
      assertThrows(ContentDurabilityException.class, writer::commit);
      writer.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "1a", "a-b", "a b", "a;", "_a", "abcdefghijklmnopqrstuv"})
  void prefixThatIsNoName_isRefused(String prefix) {
    assertThrows(InvalidValueException.class, () -> DEFAULT.withTablePrefix(prefix));
  }

  @Test
  void timeTooShortForAnyWriter_isRefused() {
    assertThrows(
        InvalidValueException.class, () -> DEFAULT.withAbandonedAfter(Duration.ofSeconds(59)));
  }
}
