package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Schemas of which the earlier one appears later, as one that is named like the user does. */
class SearchPathTest {

  private static final JdbcLedgerOptions VERIFY = JdbcLedgerOptions.DEFAULT;
  private static final JdbcLedgerOptions APPLY = VERIFY.withSchema(SchemaRule.APPLY);

  private String url = "unset";
  private String ours = "unset";
  private String earlier = "unset";

  @BeforeEach
  void makeSchema() throws SQLException {
    url = PostgresServer.urlOfEmptySchema();
    ours = url.substring(url.lastIndexOf('=') + 1);
    earlier = "\"" + ours + " e'arlier\"";
  }

  @AfterEach
  void dropEarlier() throws SQLException {
    run("DROP SCHEMA IF EXISTS " + earlier + " CASCADE");
  }

  private void run(String statement) throws SQLException {
    new Filling(source(ours)).run(statement);
  }

  private long tablesOfTheEarlier() throws SQLException {
    return new Filling(source(ours))
        .number(
            "SELECT COUNT(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE"
                + " quote_ident(n.nspname) = $$"
                + earlier
                + "$$");
  }

  private PGSimpleDataSource source(String path) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setCurrentSchema(path);
    return source;
  }

  private PGSimpleDataSource both() {
    return source(earlier + "," + ours);
  }

  private void assertNamesBoth(Throwable error) {
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains("schema " + ours), message);
    assertTrue(message.contains(earlier.replace("\"", "")), message);
    assertTrue(message.contains("search_path"), message);
  }

  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void schemaThatComesEarlier_getsNoSecondLedger(SchemaRule rule) throws SQLException {
    try (JdbcLedger store = JdbcLedger.postgres(both(), APPLY)) {
      Sample.accepted(store, Sample.key(1));
    }
    run("CREATE SCHEMA " + earlier);
    assertNamesBoth(
        assertThrows(
            LedgerConfigurationException.class,
            () -> JdbcLedger.postgres(both(), VERIFY.withSchema(rule)).close()));
    assertEquals(0, tablesOfTheEarlier(), "nothing was made");
    run("DROP SCHEMA " + earlier);
    try (JdbcLedger store = JdbcLedger.postgres(both(), VERIFY.withSchema(rule))) {
      assertEquals(State.ACCEPTED, Sample.find(store, Sample.key(1)).state());
    }
  }

  @Test
  void ledgerThatIsBegunOnPurposeInAnEarlierSchema_standsBeforeTheOther() throws SQLException {
    JdbcLedger.postgres(source(ours), APPLY).close();
    run("CREATE SCHEMA " + earlier);
    JdbcLedger.postgres(source(earlier), APPLY).close();
    try (JdbcLedger store = JdbcLedger.postgres(both(), APPLY)) {
      Sample.accepted(store, Sample.key(1));
    }
    try (JdbcLedger store = JdbcLedger.postgres(source(ours), APPLY)) {
      assertEquals(List.of(Optional.empty()), store.ledger().find(List.of(Sample.key(1))));
    }
  }

  @Test
  void openLedger_neverMovesIntoAnotherThatComesEarlier() throws SQLException {
    JdbcLedger.postgres(both(), APPLY).close();
    HikariConfig config = new HikariConfig();
    config.setDataSource(both());
    config.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(config);
        JdbcLedger store = JdbcLedger.postgres(pool, VERIFY)) {
      Sample.accepted(store, Sample.key(1));
      Transition accept = Sample.openAndPrepare(store, Sample.key(2));
      run("CREATE SCHEMA " + earlier);
      assertEquals(State.ACCEPTED, Sample.find(store, Sample.key(1)).state());

      JdbcLedger.postgres(source(earlier), APPLY).close();

      assertRefused(store, accept);
      try (JdbcLedger other = JdbcLedger.postgres(source(earlier), VERIFY)) {
        assertEquals(0, other.ledger().census(Optional.empty()).total());
      }
      run("DROP SCHEMA " + earlier + " CASCADE");
      assertEquals(State.ACCEPTED, Sample.find(store, Sample.key(1)).state());
      Sample.commit(store, accept);
    }
  }

  private void assertRefused(LedgerStore store, Transition accept) {
    assertNamesBoth(
        assertThrows(LedgerException.class, () -> store.ledger().find(List.of(Sample.key(1)))));
    assertNamesBoth(
        assertThrows(
            LedgerException.class,
            () -> {
              Outcome outcome = store.ledger().commit(List.of(accept)).get(0);
              throw assertInstanceOf(Outcome.Unknown.class, outcome).cause();
            }));
    assertNamesBoth(
        assertThrows(
            LedgerException.class,
            () -> store.work().claim(Sample.claim("node-1", 5, Sample.WORK))));
    assertNamesBoth(
        assertThrows(LedgerException.class, () -> store.ledger().history(Sample.key(1), 0, 10)));
  }
}
