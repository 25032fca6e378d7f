package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.content.JdbcContent;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/** What a pool, a role or a database sets on connections once the ledger was opened. */
@Tag("programme")
class ConnectionSettingsTest {

  private static final JdbcLedgerOptions APPLY =
      JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY);

  /** Has each change of each table say how its transaction will commit. */
  private static final String NOTING =
      "CREATE TABLE noted (relation text, setting text);"
          + " CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
          + " INSERT INTO noted VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'));"
          + " RETURN NULL; END $$;"
          + " DO $$ DECLARE name text; BEGIN FOR name IN SELECT relname FROM pg_class"
          + " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
          + " AND starts_with(relname, 'ingest_') LOOP"
          + " EXECUTE format('CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON %I"
          + " FOR EACH STATEMENT EXECUTE FUNCTION note()', name); END LOOP; END $$";

  private static final Reservation MOST = new Reservation(1, 600_000);
  private static final OwnerQuota QUOTA = new OwnerQuota(1_000, 1_000_000);

  private String url = "unset";

  @BeforeEach
  void makeSchema() throws SQLException {
    url = PostgresServer.urlOfEmptySchema();
  }

  private PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  private Set<String> noted(String column) throws SQLException {
    Set<String> texts = new TreeSet<>();
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT DISTINCT " + column + " FROM noted")) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  private static Held held(Entry entry) {
    return new Held(entry.key(), entry.position().lease().orElseThrow().token());
  }

  /** Takes a sequence to its publication, by every kind of call that does so. */
  private static void wholeLifecycle(LedgerStore store, SequenceKey key) {
    Sample.accepted(store, key);
    store.work().handBack(List.of(held(Sample.claimOne(store))));
    Entry claimed = Sample.claimOne(store);
    store.work().renew(List.of(held(claimed)), Duration.ofMinutes(1));
    Sample.commit(store, Sample.processed(claimed));
    Sample.commit(store, Sample.overdue(Sample.find(store, key)));
    Sample.commit(store, Sample.verified(Sample.find(store, key)));
    assertEquals(State.VERIFIED, Sample.find(store, key).state());
    store.alerts().acknowledge(store.alerts().seal().ordinal());
    open(store, key, 1);
  }

  private static SessionOpening open(LedgerStore store, SequenceKey key, int number) {
    return store.sessions().open(SessionId.ofBits(77, number), key, MOST, QUOTA);
  }

  private void assertCommitsBy(String expected, String set, Set<ServerRisk> accepted)
      throws SQLException {
    PGSimpleDataSource changing = source();
    try (LedgerStore store = JdbcLedger.postgres(changing, APPLY.withAccepted(accepted))) {
      execute(NOTING);
      changing.setOptions("-c synchronous_commit=" + set);
      wholeLifecycle(store, Sample.key(1));
    }
    assertTrue(
        noted("relation")
            .containsAll(
                Set.of(
                    "ingest_sessions",
                    "ingest_entries",
                    "ingest_work",
                    "ingest_history",
                    "ingest_tally_increments",
                    "ingest_digests")),
        () -> "noted too little");
    assertEquals(Set.of(expected), noted("setting"));
  }

  @ParameterizedTest
  @CsvSource({"off, on", "on, on", "local, local", "remote_apply, remote_apply"})
  void commits_waitForTheLogWhateverTheConnectionWasTold(String set, String expected)
      throws SQLException {
    assertCommitsBy(expected, set, Set.of());
  }

  @Test
  void commitsWhoseRiskWasAccepted_goAsTheConnectionWasTold() throws SQLException {
    assertCommitsBy("off", "off", Set.of(ServerRisk.SYNCHRONOUS_COMMIT_OFF));
  }

  /** A ledger that reads from one moment unless told otherwise, and what comes before a lock. */
  private LedgerStore strict(AtomicReference<Runnable> beforeLock) {
    PGSimpleDataSource strict = source();
    strict.setOptions("-c default_transaction_isolation=repeatable\\ read");
    DataSource interrupted =
        Intercepted.source(
            strict,
            (connection, text, sending) -> {
              if (text.contains("pg_advisory_xact_lock")) {
                beforeLock.getAndSet(() -> {}).run();
              }
              return sending.go();
            });
    return JdbcLedger.postgres(interrupted, JdbcLedgerOptions.DEFAULT);
  }

  @Test
  void sessionOpenedWhileAnotherWaitsForItsTurn_countsAgainstTheQuota() {
    AtomicReference<Runnable> beforeLock = new AtomicReference<>(() -> {});
    try (LedgerStore store = JdbcLedger.postgres(source(), APPLY);
        LedgerStore strict = strict(beforeLock)) {
      beforeLock.set(
          () -> assertInstanceOf(SessionOpening.Opened.class, open(store, Sample.key(1), 1)));
      assertInstanceOf(SessionOpening.OverQuota.class, open(strict, Sample.key(2), 2));
    }
  }

  @Test
  void reservationRaisedWhileAnotherWaitsForItsTurn_countsAgainstTheQuota() {
    AtomicReference<Runnable> beforeLock = new AtomicReference<>(() -> {});
    try (LedgerStore store = JdbcLedger.postgres(source(), APPLY);
        LedgerStore strict = strict(beforeLock)) {
      SessionId session = Sample.session();
      strict.sessions().open(session, Sample.key(2), Sample.ROOM, QUOTA);
      beforeLock.set(
          () -> assertInstanceOf(SessionOpening.Opened.class, open(store, Sample.key(1), 1)));
      assertInstanceOf(Outcome.NotApplied.class, strict.sessions().reserve(session, MOST, QUOTA));
    }
  }

  private static String settings(Connection connection) throws SQLException {
    PGConnection driver = connection.unwrap(PGConnection.class);
    return connection.getNetworkTimeout()
        + " ms, commits alone: "
        + connection.getAutoCommit()
        + ", prepares from use "
        + driver.getPrepareThreshold();
  }

  /** The pool is the application's, and its next borrower may wait longer for an answer. */
  @Test
  void connectionsOfAnApplicationsPool_goBackAsTheyCame() throws SQLException {
    Set<String> returned = new TreeSet<>();
    try (Connection only = source().getConnection()) {
      only.setNetworkTimeout(Runnable::run, 123_456);
      only.setAutoCommit(false);
      String before = settings(only);
      try (LedgerStore store =
          JdbcLedger.postgres(Lent.source(only, () -> returned.add(settings(only))), APPLY)) {
        wholeLifecycle(store, Sample.key(1));
        execute("DROP TABLE ingest_controls");
        assertThrows(LedgerException.class, () -> store.controls().list("any", "", 1));
      }
      assertEquals(Set.of(before), returned);
    }
  }

  @FunctionalInterface
  private interface Opening {
    void of(DataSource source) throws Exception;
  }

  private static void assertGoesBackAsItCame(
      PGSimpleDataSource source, Class<? extends Exception> refused, Opening opening)
      throws SQLException {
    Set<String> returned = new TreeSet<>();
    try (Connection only = source.getConnection()) {
      only.setNetworkTimeout(Runnable::run, 123_456);
      only.setAutoCommit(false);
      String before = settings(only);
      DataSource lending = Lent.source(only, () -> returned.add(settings(only)));
      assertThrows(refused, () -> opening.of(lending));
      assertEquals(Set.of(before), returned);
    }
  }

  @Test
  void connectionOfARefusedServer_goesBackAsItCame() throws SQLException {
    PGSimpleDataSource refused = source();
    refused.setOptions("-c synchronous_commit=off");
    assertGoesBackAsItCame(
        refused, LedgerException.class, source -> JdbcLedger.postgres(source, APPLY).close());
    assertGoesBackAsItCame(
        refused, ContentException.class, source -> JdbcContent.postgres(source).close());
  }

  @Test
  void connectionOfAServerThatDoesNotAnswer_goesBackAsItCame() throws SQLException {
    execute(
        "CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT 1 / 0 = 0'");
    PGSimpleDataSource failing = new PGSimpleDataSource();
    failing.setUrl(url + ",pg_catalog");
    assertGoesBackAsItCame(
        failing, LedgerException.class, source -> JdbcLedger.postgres(source, APPLY).close());
    assertGoesBackAsItCame(
        failing, ContentException.class, source -> JdbcContent.postgres(source).close());
  }

  private void execute(String text) throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
