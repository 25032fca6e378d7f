package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A server that refuses what is done beside the calls is opened and read all the same. */
class RefusedUpkeepTest {

  private static final String INCREMENTS = "SELECT COUNT(*) FROM ingest_tally_increments";

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private Filling sql;

  @BeforeEach
  void fill() throws SQLException {
    sql = new Filling(place.source());
    try (LedgerStore store = place.open(Sample.time())) {
      Sample.accepted(store, Sample.key(1));
    }
    assertTrue(sql.number(INCREMENTS) > 0, "or nothing is to be done");
  }

  @AfterEach
  void close() throws SQLException {
    place.source().close();
  }

  private PGSimpleDataSource readOnly() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(place.source().getJdbcUrl());
    source.setOptions("-c default_transaction_read_only=on");
    return source;
  }

  /** As providers make a server whose disk is full. */
  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void serverThatOnlyReads_isReadAndSaysSoToWhoeverWrites(SchemaRule rule) throws SQLException {
    sql.run("DROP TABLE ingest_history_p202601", "DROP TABLE ingest_history_p202602");
    sql.run(
        "INSERT INTO ingest_sessions VALUES"
            + " ('0123456789abcdef0123456789abcdef', '0', 'o', 's', 'FORGOTTEN', 0, 0, 0, 0, 0)");
    JdbcLedgerOptions options = PostgresPlace.OPTIONS.withSchema(rule).withClock(Sample.time());
    try (JdbcLedger store = JdbcLedger.postgres(readOnly(), options)) {
      assertEquals(1, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
      assertEquals(1, store.ledger().scan(ScanQuery.all(10)).entries().size());
      LedgerException refused =
          assertThrows(LedgerException.class, () -> Sample.openAndPrepare(store, Sample.key(2)));
      assertTrue(refused.toString().contains("this server only reads"), refused::toString);
    }
    place.open(Sample.time()).close();
    assertEquals(0, sql.number(INCREMENTS), "the next opening that may does it");
    assertEquals(0, sql.number("SELECT COUNT(*) FROM ingest_sessions WHERE state = 'FORGOTTEN'"));
  }

  /** As tools that capture changes make it. */
  @Test
  void publicationOfAllTables_keepsNothingFromBeingDeleted() throws SQLException {
    String name = "published_" + ProcessHandle.current().pid();
    new Filling(PostgresServer.source()).run("CREATE DATABASE " + name);
    try {
      PGSimpleDataSource published = new PGSimpleDataSource();
      published.setUrl(PostgresServer.url());
      published.setDatabaseName(name);
      Filling there = new Filling(published);
      JdbcLedgerOptions options = PostgresPlace.OPTIONS.withClock(Sample.time());
      try (JdbcLedger store = JdbcLedger.postgres(published, options)) {
        there.run("CREATE PUBLICATION everything FOR ALL TABLES");
        Sample.accepted(store, Sample.key(1));
        there.copy("ingest_history", "true", Map.of("at", "r.at - 86400000 * 60::bigint"), 1);
        assertEquals(1, store.dropHistoryBefore(Sample.START.minus(Duration.ofDays(1))));
      }
      JdbcLedger.postgres(published, options).close();
      assertEquals(0, there.number(INCREMENTS));
      there.run("ALTER TABLE ingest_tally_increments REPLICA IDENTITY DEFAULT");
      try (JdbcLedger store = JdbcLedger.postgres(published, options)) {
        Sample.accepted(store, Sample.key(2));
      }
      try (JdbcLedger store = JdbcLedger.postgres(published, options)) {
        assertTrue(there.number(INCREMENTS) > 0, "or nothing was refused");
        assertEquals(2, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
      }
    } finally {
      new Filling(PostgresServer.source()).run("DROP DATABASE " + name);
    }
  }

  @Test
  void talliesThatCouldNotBeAddedUp_areAfterAWhile() throws SQLException {
    ServerDatabase database =
        new ServerDatabase(
            place.source(), new PostgresDialect("asked", "ingest_", Optional.empty()));
    sql.run("ALTER TABLE ingest_tallies RENAME TO elsewhere");
    PostgresUpkeep later = new PostgresUpkeep(database, () -> {}, TimeUnit.HOURS.toNanos(1));
    PostgresUpkeep soon = new PostgresUpkeep(database, () -> {}, 0);
    for (PostgresUpkeep upkeep : List.of(later, soon)) {
      upkeep.atOpening(() -> {}, true);
    }
    sql.run("ALTER TABLE elsewhere RENAME TO ingest_tallies");
    later.afterCall();
    assertTrue(sql.number(INCREMENTS) > 0, "a server is not asked at each call");
    soon.afterCall();
    assertEquals(0, sql.number(INCREMENTS));
    database.appended(PostgresUpkeep.FOLD_AFTER);
    soon.afterCall();
    assertEquals(0, database.takeAppended(1) ? 1 : 0, "then it is as before");
  }
}
