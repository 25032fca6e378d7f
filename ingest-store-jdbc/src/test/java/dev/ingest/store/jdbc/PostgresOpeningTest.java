package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a ledger finds when it is opened, and what it refuses to work with. */
@Tag("programme")
class PostgresOpeningTest {

  private static final JdbcLedgerOptions VERIFY = JdbcLedgerOptions.DEFAULT;
  private static final JdbcLedgerOptions APPLY = VERIFY.withSchema(SchemaRule.APPLY);
  private static final String TABLES =
      "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace";

  private String url = "unset";
  private DataSource source = new PGSimpleDataSource();

  @BeforeEach
  void makeSchema() throws SQLException {
    url = PostgresServer.urlOfEmptySchema();
    source = source(url);
  }

  private static PGSimpleDataSource source(String url) {
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

  private List<String> texts(String query) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  private String schema() throws SQLException {
    return texts("SELECT current_schema()").get(0);
  }

  private static String refusal(DataSource source, JdbcLedgerOptions options) {
    return assertThrows(LedgerException.class, () -> JdbcLedger.postgres(source, options).close())
        .toString();
  }

  private static void assertSays(String expected, String text) {
    assertTrue(text.contains(expected), text);
  }

  /** Takes a sequence from its session to its publication. */
  private static void wholeLifecycle(LedgerStore store, SequenceKey key) {
    Entry entry = Sample.accepted(store, key);
    Entry claimed = Sample.claimOne(store);
    assertEquals(entry.key(), claimed.key());
    Sample.commit(store, Sample.processed(claimed));
    Sample.commit(store, Sample.overdue(Sample.find(store, key)));
    Sample.commit(store, Sample.verified(Sample.find(store, key)));
    assertEquals(State.VERIFIED, Sample.find(store, key).state());
    assertEquals(4, store.ledger().history(key, 0, 10).size());
    assertEquals(1, store.ledger().census(Optional.of(key.owner())).count(State.VERIFIED));
    store.alerts().acknowledge(store.alerts().seal().ordinal());
  }

  @Test
  void connectionThatDoesNotWaitForTheLog_isRefusedUnlessAcceptedByName() throws SQLException {
    PGSimpleDataSource careless = source(url);
    careless.setOptions("-c synchronous_commit=off");
    String message = refusal(careless, APPLY);
    assertSays("synchronous_commit = off", message);
    assertSays("accept [SYNCHRONOUS_COMMIT_OFF] by name", message);
    assertEquals(
        List.of(),
        texts(
            "SELECT relname FROM pg_class WHERE relname LIKE 'ingest%'"
                + " AND relnamespace = current_schema()::regnamespace"),
        "nothing was made");
    refusal(careless, APPLY.withAccepted(Set.of(ServerRisk.FSYNC_OFF, ServerRisk.READ_REPLICA)));
    try (JdbcLedger store =
        JdbcLedger.postgres(
            careless, APPLY.withAccepted(Set.of(ServerRisk.SYNCHRONOUS_COMMIT_OFF)))) {
      wholeLifecycle(store, Sample.key(1));
    }
  }

  @Test
  void databaseThatDoesNotWaitForTheLog_isRefused() throws SQLException {
    String name = "careless_" + schema();
    run("CREATE DATABASE " + name, "ALTER DATABASE " + name + " SET synchronous_commit = off");
    try {
      PGSimpleDataSource careless = source(PostgresServer.url());
      careless.setDatabaseName(name);
      assertSays("synchronous_commit = off", refusal(careless, APPLY));
    } finally {
      run("DROP DATABASE " + name);
    }
  }

  @Test
  void emptySchema_isRefusedNamingTheStepsWhereItIsOnlyVerified() throws SQLException {
    assertSays(
        "lacks the steps [postgres-1.sql, postgres-2.sql, postgres-3.sql, postgres-4.sql,"
            + " postgres-5.sql, postgres-6.sql, postgres-7.sql]",
        refusal(source, VERIFY));
    assertEquals(List.of(), texts(TABLES), "nothing was made");
  }

  @Test
  void schemaThatWasApplied_isVerified() {
    JdbcLedger.postgres(source, APPLY).close();
    try (JdbcLedger store = JdbcLedger.postgres(source, VERIFY)) {
      wholeLifecycle(store, Sample.key(1));
    }
  }

  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void newerSchema_isRefused(SchemaRule rule) throws SQLException {
    JdbcLedger.postgres(source, APPLY).close();
    run("UPDATE ingest_meta SET value = '99' WHERE name = 'schema_version'");
    assertSays("found 99; use the release", refusal(source, VERIFY.withSchema(rule)));
  }

  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void tableOfSomethingElseByOneOfOurNames_isRefused(SchemaRule rule) throws SQLException {
    run("CREATE TABLE ingest_entries (id int)");
    assertSays("has no table ingest_meta", refusal(source, VERIFY.withSchema(rule)));
    assertEquals(List.of("ingest_entries"), texts(TABLES), "nothing was made");
  }

  @Test
  void tableOfSomethingElseThatOnlyBeginsAlike_isLeftAlone() throws SQLException {
    run("CREATE TABLE ingest_other (id int)", "INSERT INTO ingest_other VALUES (7)");
    try (JdbcLedger store = JdbcLedger.postgres(source, APPLY)) {
      wholeLifecycle(store, Sample.key(1));
    }
    JdbcLedger.postgres(source, VERIFY).close();
    assertEquals(List.of("7"), texts("SELECT id FROM ingest_other"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP INDEX ingest_work_due|index ingest_work_due",
        "ALTER TABLE ingest_entries DROP COLUMN hold_reason|column ingest_entries.hold_reason text",
        "ALTER TABLE ingest_entries ALTER COLUMN state TYPE varchar(40)|"
            + "column ingest_entries.state text",
        "ALTER TABLE ingest_work ALTER COLUMN version DROP NOT NULL|"
            + "column ingest_work.version bigint not null",
        "DROP TABLE ingest_control_sets|table ingest_control_sets",
        "DROP INDEX ingest_digests_unsent; CREATE INDEX ingest_digests_unsent"
            + " ON ingest_digests (ordinal)|index ingest_digests_unsent in the expected form",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
            + " 'ingest_entries_due_risk'::regclass|index ingest_entries_due_risk",
        "ALTER TABLE ingest_sessions DROP CONSTRAINT ingest_sessions_pkey|"
            + "index ingest_sessions_pkey",
        "DELETE FROM ingest_meta WHERE name = 'incarnation'|lacks the incarnation",
        "DELETE FROM ingest_meta WHERE name = 'schema_version'|found none",
        "DROP TABLE ingest_meta|has no table ingest_meta",
      })
  void schemaThatIsNotWhole_isRefusedNamingWhatIsMissing(String damageAndMessage)
      throws SQLException {
    JdbcLedger.postgres(source, APPLY).close();
    String[] parts = damageAndMessage.split("[|]", 2);
    run(parts[0]);
    for (SchemaRule rule : SchemaRule.values()) {
      assertSays(parts[1], refusal(source, VERIFY.withSchema(rule)));
    }
  }

  @Test
  void versionWithoutTables_isRefusedNamingThem() throws SQLException {
    run(
        "CREATE TABLE ingest_meta (name text COLLATE \"C\" NOT NULL PRIMARY KEY,"
            + " value text COLLATE \"C\" NOT NULL)",
        "INSERT INTO ingest_meta VALUES ('schema_version', '7'), ('incarnation', 'x')");
    String message = refusal(source, VERIFY);
    assertSays("table ingest_alerts, table ingest_census, table ingest_control_sets", message);
    assertSays("complete it or restore a backup", message);
  }

  @Test
  void nodesThatStartTogether_makeOneSchema() throws Exception {
    ExecutorService nodes = Executors.newFixedThreadPool(8);
    try {
      Callable<String> opening =
          () -> {
            try (JdbcLedger store = JdbcLedger.postgres(source, APPLY)) {
              return store.incarnation().value();
            }
          };
      List<String> incarnations = new ArrayList<>();
      for (Future<String> one : nodes.invokeAll(Collections.nCopies(8, opening))) {
        incarnations.add(one.get());
      }
      assertEquals(1, Set.copyOf(incarnations).size(), incarnations.toString());
      assertEquals(List.of("2"), texts("SELECT COUNT(*) FROM ingest_meta"));
    } finally {
      nodes.shutdownNow();
    }
  }

  @Test
  void ledgersOfTwoPrefixes_doNotSeeEachOther() throws SQLException {
    String longest = "b".repeat(21);
    try (JdbcLedger one = JdbcLedger.postgres(source, APPLY.withTablePrefix("a_"));
        JdbcLedger other = JdbcLedger.postgres(source, APPLY.withTablePrefix(longest))) {
      assertNotEquals(one.incarnation(), other.incarnation());
      Sample.accepted(one, Sample.key(1));
      assertEquals(List.of(Optional.empty()), other.ledger().find(List.of(Sample.key(1))));
      assertEquals(0, other.ledger().census(Optional.empty()).total());
      assertEquals(
          List.of(), other.work().claim(Sample.claim("node-1", 5, Sample.WORK)), "nothing is due");
      wholeLifecycle(other, Sample.key(1));
      assertEquals(State.ACCEPTED, Sample.find(one, Sample.key(1)).state());
      assertEquals(1, one.ledger().holdings().usage(Sample.key(1).owner()).heldBytes() / 100);
      run("DROP INDEX " + longest + "work_due");
    }
    JdbcLedger.postgres(source, VERIFY.withTablePrefix("a_")).close();
    assertSays("work_due", refusal(source, VERIFY.withTablePrefix(longest)));
  }

  @Test
  void prefixesOfWhichOneBeginsWithTheOther_liveSideBySide() {
    for (String prefix : List.of("a_b_", "a_", "a_b_c_", "a_")) {
      try (JdbcLedger store = JdbcLedger.postgres(source, APPLY.withTablePrefix(prefix))) {
        assertEquals(0, store.ledger().census(Optional.empty()).total());
      }
    }
  }

  @Test
  void prefixThatIsNoName_isRefusedBeforeTheServerIsAsked() {
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/none?connectTimeout=1");
    assertThrows(
        InvalidValueException.class,
        () -> JdbcLedger.postgres(nowhere, APPLY.withTablePrefix("Ingest_")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ingest_",
        "a;drop",
        "",
        "1a",
        "a-b",
        "a b",
        "_a",
        "a\"",
        "bbbbbbbbbbbbbbbbbbbbbb"
      })
  void prefixThatIsNoName_isRefused(String prefix) throws SQLException {
    assertThrows(
        InvalidValueException.class,
        () -> JdbcLedger.postgres(source, APPLY.withTablePrefix(prefix)));
    assertEquals(List.of(), texts(TABLES));
  }

  @Test
  void userWhoMayOnlyChangeRows_runsAWholeLifecycle() throws SQLException {
    JdbcLedger.postgres(source, APPLY).close();
    String user = "rows_only_" + schema();
    run(
        "CREATE ROLE " + user,
        "GRANT USAGE ON SCHEMA " + schema() + " TO " + user,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema() + " TO " + user);
    try {
      PGSimpleDataSource limited = source(url);
      limited.setOptions("-c role=" + user);
      try (JdbcLedger store = JdbcLedger.postgres(limited, VERIFY)) {
        wholeLifecycle(store, Sample.key(1));
        store.sessions().open(Sample.session(), Sample.key(2), Sample.ROOM, OwnerQuota.UNLIMITED);
      }
      assertSays("permission denied", refusal(limited, APPLY.withTablePrefix("other_")));
    } finally {
      run("DROP OWNED BY " + user, "DROP ROLE " + user);
    }
  }

  @Test
  void userWithoutRights_isToldToGetThem() throws SQLException {
    JdbcLedger.postgres(source, APPLY).close();
    String user = "nothing_" + schema();
    run("CREATE ROLE " + user, "GRANT USAGE ON SCHEMA " + schema() + " TO " + user);
    try {
      PGSimpleDataSource limited = source(url);
      limited.setOptions("-c role=" + user);
      assertSays("grant this user the rights on the ledger's tables", refusal(limited, VERIFY));
    } finally {
      run("DROP OWNED BY " + user, "DROP ROLE " + user);
    }
  }

  @Test
  void pool_servesTheLedgerAndStaysTheCallers() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      JdbcLedger store = JdbcLedger.postgres(pool, APPLY);
      wholeLifecycle(store, Sample.key(1));
      assertEquals(0, pool.getHikariPoolMXBean().getActiveConnections(), "all were given back");
      store.close();
      assertDoesNotThrow(() -> pool.getConnection().close());
      LedgerException closed =
          assertThrows(LedgerException.class, () -> store.ledger().find(List.of(Sample.key(1))));
      assertSays("closed", closed.toString());
    }
  }

  @Test
  void connectionsThatCommitByHandOrNeverWrite_areUsedAllTheSame() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url + "&options=-c%20default_transaction_isolation=serializable");
    config.setAutoCommit(false);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
    try (HikariDataSource pool = new HikariDataSource(config);
        JdbcLedger store = JdbcLedger.postgres(pool, APPLY)) {
      wholeLifecycle(store, Sample.key(1));
      assertEquals(0, pool.getHikariPoolMXBean().getActiveConnections());
    }
    try (JdbcLedger store = JdbcLedger.postgres(source, VERIFY)) {
      assertEquals(State.VERIFIED, Sample.find(store, Sample.key(1)).state());
    }
  }

  @Test
  void serverThatIsNotThere_isReported() {
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/none?connectTimeout=1");
    assertSays("check that the server is up", refusal(nowhere, APPLY));
  }
}
