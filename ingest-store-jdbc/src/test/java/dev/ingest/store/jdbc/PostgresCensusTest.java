package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The increments of the hourly census: how many, and what nodes of an earlier version leave. */
class PostgresCensusTest {

  private static final String INCREMENTS = "SELECT COUNT(*) FROM ingest_tally_increments";

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Filling sql;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(Sample.time());
    sql = new Filling(place.source());
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  private PostgresUpkeep upkeep() {
    return new PostgresUpkeep((ServerDatabase) ((JdbcLedger) store).database(), () -> {});
  }

  @Test
  void aBatchOfOneCell_appendsAsManyRowsAsTalliesNeed() throws SQLException {
    List<Transition> batch =
        IntStream.range(0, 200).mapToObj(i -> Sample.openAndPrepare(store, Sample.key(i))).toList();
    upkeep().fold();
    assertTrue(store.ledger().commit(batch).stream().allMatch(Outcome::isApplied));
    assertEquals(4, sql.number(INCREMENTS), "open and in flight, of the owner and of all");
    assertEquals(List.of(), CensusCorrectionCases.differing(store));
  }

  @Test
  void incrementsWithoutHours_areFoundAndCorrected() throws SQLException {
    CensusCorrectionCases.fill(store);
    sql.run("UPDATE ingest_tally_increments SET hour = NULL, pipeline = NULL, entered = NULL");
    CensusCorrectionCases.assertCorrected(store);
    upkeep().fold();
    assertEquals(List.of(), CensusCorrectionCases.differing(store));
  }

  @Test
  void whatAnEarlierNodeAddsUp_isFoundAndCorrected() throws SQLException {
    CensusCorrectionCases.fill(store);
    sql.run("DELETE FROM ingest_tally_increments WHERE kind = 'VERIFIED'");
    CensusCorrectionCases.assertCorrected(store);
  }

  @Test
  void countsThatWereAddedUp_areFoundAndCorrected() throws SQLException {
    CensusCorrectionCases.fill(store);
    upkeep().fold();
    assertEquals(0, sql.number(INCREMENTS));
    assertEquals(List.of(), CensusCorrectionCases.differing(store));
    sql.run("UPDATE ingest_census SET accepted = accepted + 3, verified = verified - 1");
    CensusCorrectionCases.assertCorrected(store);
    sql.run("DELETE FROM ingest_census");
    CensusCorrectionCases.assertCorrected(store);
  }

  @Test
  void corrections_areExactBesideTrafficAndAddingUp() throws Exception {
    CensusCorrectionCases.fill(store);
    List<CensusKey> keys =
        CensusCorrectionCases.recount(store).stream().map(cell -> cell.key()).toList();
    sql.run("UPDATE ingest_tally_increments SET entered = entered + 1 WHERE hour IS NOT NULL");
    List<Transition> more = new ArrayList<>();
    for (int i = 100; i < 180; i++) {
      more.add(Sample.openAndPrepare(store, Sample.key(i)));
    }
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> traffic =
          threads.submit(
              () -> {
                more.forEach(one -> store.ledger().commit(List.of(one)));
                over.set(true);
              });
      Future<?> adding =
          threads.submit(
              () -> {
                while (!over.get()) {
                  upkeep().fold();
                }
              });
      while (!over.get()) {
        store.ledger().holdings().correct(keys);
      }
      traffic.get(60, TimeUnit.SECONDS);
      adding.get(60, TimeUnit.SECONDS);
    } finally {
      threads.shutdownNow();
    }
    assertEquals(List.of(), CensusCorrectionCases.differing(store));
    assertEquals(
        86,
        store.ledger().holdings().hourly(CensusQuery.all(9)).cells().get(0).counts().ofStates());
  }
}
