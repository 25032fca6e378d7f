package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.url.SchemaText;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Steps that come after the schema that a ledger was filled in. Besides the real ones there is one
 * of this test, which changes rows and is run as a next release would run it.
 */
class PostgresUpgradeTest {

  private static final String PREFIX = JdbcLedgerOptions.DEFAULT.tablePrefix();

  private final PostgresPlace place = new PostgresPlace();

  @BeforeEach
  void fill() throws SQLException {
    try (LedgerStore store = place.open(Sample.time())) {
      for (int i = 1; i <= 3; i++) {
        Sample.accepted(store, Sample.key(i));
      }
      Sample.commit(store, Sample.processed(Sample.claimOne(store)));
      Sample.commit(store, Sample.overdue(Sample.find(store, Sample.key(1))));
      Sample.commit(store, Sample.verified(Sample.find(store, Sample.key(1))));
      Sample.claimOne(store);
      Sample.openAndPrepare(store, Sample.key(4));
    }
  }

  @AfterEach
  void close() throws SQLException {
    place.source().close();
  }

  /** PostgreSQL as a next release could see it. */
  private record Next(PostgresDialect now, String step) implements Dialect {

    @Override
    public List<SchemaStep> schemaSteps() {
      List<SchemaStep> steps = new ArrayList<>(now.schemaSteps());
      steps.add(new SchemaStep(8, step));
      return steps;
    }

    @Override
    public Set<String> expectedSchema() {
      Set<String> expected = new TreeSet<>(now.expectedSchema());
      expected.add("column " + PREFIX + "entries.region text not null");
      return expected;
    }

    @Override
    public Set<String> presentSchema(Statements db) throws SQLException {
      return now.presentSchema(db);
    }

    @Override
    public String name() {
      return now.name();
    }

    @Override
    public String named(String text) {
      return now.named(text);
    }

    @Override
    public int maxBatch() {
      return now.maxBatch();
    }

    @Override
    public String forUpdate() {
      return now.forUpdate();
    }

    @Override
    public boolean inProcess() {
      return now.inProcess();
    }

    @Override
    public boolean appendsTallies() {
      return now.appendsTallies();
    }

    @Override
    public String placeOf(String alias) {
      return now.placeOf(alias);
    }

    @Override
    public boolean storesPlaces() {
      return now.storesPlaces();
    }

    @Override
    public void lockUsage(Statements db, String owner) throws SQLException {
      now.lockUsage(db, owner);
    }

    @Override
    public long nowMillis(Statements db) throws SQLException {
      return now.nowMillis(db);
    }

    @Override
    public String advice(SQLException error) {
      return now.advice(error);
    }
  }

  private void upgrade(String step) throws SQLException {
    PostgresDialect now = new PostgresDialect("upgraded", PREFIX, Optional.empty());
    Schema schema = new Schema(new Next(now, step));
    new ServerDatabase(place.source(), now)
        .changeSchema(
            "apply the schema",
            db -> {
              schema.applyOrCheck(db);
              return step;
            });
  }

  /** The server is asked, as a client that gave up does not know what goes on there. */
  @Test
  void stepsThatTakeTooLong_areEndedByTheServerAndKeepNobodyWaiting() throws SQLException {
    PostgresDialect now = new PostgresDialect("upgraded", PREFIX, Optional.empty());
    Duration longest = Duration.ofSeconds(2);
    LedgerException error =
        assertThrows(
            LedgerException.class,
            () ->
                PostgresOpening.applied(
                    new ServerDatabase(place.source(), now),
                    now.name(),
                    longest,
                    db -> {
                      new Schema(new Next(now, "postgres-next-slow.sql"), new StepTime(longest))
                          .applyOrCheck(db);
                      return true;
                    }));
    String told = String.valueOf(error.getMessage());
    assertTrue(told.contains("took longer than 2 s"), told);
    assertTrue(told.contains("undone whole; make their indices beforehand"), told);
    Filling sql = new Filling(place.source());
    assertEquals(
        0, sql.number("SELECT COUNT(*) FROM pg_locks WHERE relation = 'ingest_entries'::regclass"));
    assertEquals(
        List.of("7"), sql.texts("SELECT value FROM ingest_meta WHERE name = 'schema_version'"));
    try (LedgerStore store = place.open(Sample.time())) {
      Sample.accepted(store, Sample.key(5));
    }
  }

  /** All that the ledger tells. */
  private record View(List<Entry> entries, List<List<HistoryRow>> history, Census census) {

    static View of(LedgerStore store) {
      List<Entry> entries = store.ledger().scan(ScanQuery.all(100)).entries();
      List<SequenceKey> keys = entries.stream().map(Entry::key).toList();
      return new View(
          entries,
          keys.stream().map(key -> store.ledger().history(key, 0, 100)).toList(),
          store.ledger().census(Optional.empty()));
    }
  }

  private View viewPastTheVersion() throws SQLException {
    Filling sql = new Filling(place.source());
    String version =
        sql.texts("SELECT value FROM ingest_meta WHERE name = 'schema_version'").get(0);
    sql.run("UPDATE ingest_meta SET value = '7' WHERE name = 'schema_version'");
    try (LedgerStore store = place.open(Sample.time())) {
      return View.of(store);
    } finally {
      sql.run("UPDATE ingest_meta SET value = '" + version + "' WHERE name = 'schema_version'");
    }
  }

  @Test
  void nodesThatUpgradeTogether_runTheStepOnceAndKeepAllRows() throws Exception {
    View before = viewPastTheVersion();
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    try {
      Callable<Boolean> node =
          () -> {
            upgrade("postgres-next.sql");
            return true;
          };
      for (Future<Boolean> one : nodes.invokeAll(Collections.nCopies(4, node))) {
        assertTrue(one.get());
      }
    } finally {
      nodes.shutdownNow();
    }
    assertEquals(before, viewPastTheVersion());
    Filling sql = new Filling(place.source());
    assertEquals(3, sql.number("SELECT COUNT(*) FROM ingest_entries WHERE region LIKE 'north%'"));
    for (SchemaRule rule : SchemaRule.values()) {
      LedgerException error =
          assertThrows(
              LedgerException.class,
              () -> JdbcLedger.postgres(place.source(), PostgresPlace.OPTIONS.withSchema(rule)));
      assertTrue(String.valueOf(error.getMessage()).contains("found 8; use the release"));
    }
  }

  /** Fills a schema of version 1 with what this place's has, as far as that version has it. */
  private PostgresPlace firstVersion() throws SQLException {
    PostgresPlace first = new PostgresPlace();
    String from = new Filling(place.source()).texts("SELECT current_schema()").get(0);
    Filling to = new Filling(first.source());
    PostgresDialect dialect = new PostgresDialect("first", PREFIX, Optional.empty());
    for (String statement : SchemaText.statements(Schema.class, "postgres-1.sql")) {
      to.run(dialect.named(statement));
    }
    for (String table :
        to.texts(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                + " AND relnamespace = current_schema()::regnamespace")) {
      String columns =
          String.join(
              ", ",
              to.texts(
                  "SELECT quote_ident(attname) FROM pg_attribute WHERE attnum > 0 AND NOT"
                      + " attisdropped AND attrelid = '"
                      + table
                      + "'::regclass ORDER BY attnum"));
      to.run(
          "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s.%s"
              .formatted(table, columns, columns, from, table));
    }
    to.run("UPDATE ingest_meta SET value = '1' WHERE name = 'schema_version'");
    return first;
  }

  @Test
  void firstVersion_isBroughtUpToDateWithAllItsRows() throws SQLException {
    View before;
    try (LedgerStore store = place.open(Sample.time())) {
      before = View.of(store);
      assertEquals("late", store.alerts().seal().lines().get(0).message());
    }
    PostgresPlace first = firstVersion();
    try (LedgerStore store = first.open(Sample.time())) {
      assertEquals(before, View.of(store));
      assertEquals(3, before.entries().size());
      List<CensusKey> uncounted = CensusCorrectionCases.differing(store);
      assertEquals(1, uncounted.size(), "the census begins empty");
      assertEquals(
          3,
          store
              .ledger()
              .holdings()
              .correct(uncounted)
              .get(0)
              .counted()
              .count(CensusCount.ACCEPTED));
      assertEquals(List.of(), CensusCorrectionCases.differing(store));
      DueQuery due = DueQuery.risk(0, Duration.ofDays(1_000), 10);
      assertEquals(2, store.ledger().due(due).size());
      AlertDigest earlier = store.alerts().unsent(10).get(0);
      assertEquals(List.of(""), earlier.lines().stream().map(AlertDigest.Line::message).toList());
      assertEquals(
          before.entries().stream()
              .map(AuditRow::of)
              .sorted(Comparator.comparing(row -> SequencePlace.of(row.key())))
              .toList(),
          store
              .ledger()
              .holdings()
              .audit(new AuditQuery(Optional.empty(), SequencePlace.LAST, 100))
              .rows());
    } finally {
      first.source().close();
    }
  }

  @Test
  void indicesMadeBeforehand_areTakenAsTheyAre() throws SQLException {
    PostgresPlace first = firstVersion();
    try {
      Filling sql = new Filling(first.source());
      PostgresDialect dialect = new PostgresDialect("first", PREFIX, Optional.empty());
      for (String step :
          List.of("postgres-2.sql", "postgres-4.sql", "postgres-5.sql", "postgres-6.sql")) {
        for (String statement : SchemaText.statements(Schema.class, step)) {
          if (statement.startsWith("ALTER TABLE @entries ADD COLUMN IF NOT EXISTS")) {
            sql.run(dialect.named(statement));
          } else if (statement.matches("(?s)CREATE INDEX.* ON @entries\\s.*")) {
            sql.run(dialect.named(statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY")));
          }
        }
      }
      String made = "SELECT oid FROM pg_class WHERE oid = 'ingest_entries_due_risk'::regclass";
      List<String> beforehand = sql.texts(made);
      sql.run(
          "UPDATE pg_index SET indisvalid = false"
              + " WHERE indexrelid = 'ingest_entries_due_risk'::regclass");
      LedgerException refused =
          assertThrows(LedgerException.class, () -> first.open(Sample.time()).close());
      assertTrue(
          String.valueOf(refused.getMessage()).contains("lacks index ingest_entries_due_risk"),
          refused::toString);
      sql.run(
          "UPDATE pg_index SET indisvalid = true"
              + " WHERE indexrelid = 'ingest_entries_due_risk'::regclass");
      first.open(Sample.time()).close();
      assertEquals(beforehand, sql.texts(made));
    } finally {
      first.source().close();
    }
  }

  @Test
  void stepThatFails_isUndoneWholeAndNamedByWhoOnlyVerifies() throws SQLException {
    assertThrows(LedgerException.class, () -> upgrade("postgres-next-broken.sql"));
    Filling sql = new Filling(place.source());
    assertEquals(
        List.of(),
        sql.texts(
            "SELECT attname FROM pg_attribute WHERE attname = 'region' AND attrelid ="
                + " 'ingest_entries'::regclass"));
    PostgresDialect now = new PostgresDialect("verified", PREFIX, Optional.empty());
    Schema schema = new Schema(new Next(now, "postgres-next.sql"));
    LedgerException error =
        assertThrows(
            LedgerException.class,
            () ->
                new ServerDatabase(place.source(), now)
                    .read(
                        "verify",
                        db -> {
                          schema.check(db);
                          return true;
                        }));
    assertTrue(
        String.valueOf(error.getMessage())
            .contains("has version 7 and lacks the steps [postgres-next.sql]"),
        error::toString);
    try (LedgerStore store = place.open(Sample.time())) {
      assertEquals(3, store.ledger().scan(ScanQuery.all(100)).entries().size());
    }
  }
}
