package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The increments of tallies stay few, whoever appends them, and adding them up costs no call. */
class PostgresUpkeepTest {

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

  private ServerDatabase database() {
    return (ServerDatabase) ((JdbcLedger) store).database();
  }

  @Test
  void whatAProcessLeft_isAddedUpByTheNextOpening() throws SQLException {
    sql.run(
        "INSERT INTO ingest_tally_increments SELECT '', 'VERIFIED', 1, 0"
            + " FROM generate_series(1, 120000)");
    try (LedgerStore next = place.open(Sample.time())) {
      assertEquals(0, sql.number(INCREMENTS));
      assertEquals(120_000, next.ledger().census(Optional.empty()).count(State.VERIFIED));
    }
  }

  @Test
  void singleCallsOfAllKinds_noteAtLeastWhatTheyAppend() throws SQLException {
    database().takeAppended(0);
    store.sessions().open(Sample.session(), Sample.key(50), Sample.ROOM, OwnerQuota.UNLIMITED);
    store.sessions().open(Sample.session(), Sample.key(51), Sample.ROOM, new OwnerQuota(9, 9_999));
    Sample.accepted(store, Sample.key(1));
    Sample.commit(store, Sample.processed(Sample.claimOne(store)));
    Sample.commit(store, Sample.overdue(Sample.find(store, Sample.key(1))));
    Sample.commit(store, Sample.verified(Sample.find(store, Sample.key(1))));
    long rows = sql.number(INCREMENTS);
    assertTrue(rows > 0 && database().takeAppended(rows), rows + " rows were appended");
  }

  @Test
  void enoughIncrements_areAddedUpAfterTheNextCommit() throws SQLException {
    Sample.accepted(store, Sample.key(1));
    assertTrue(sql.number(INCREMENTS) > 0);
    Transition second = Sample.openAndPrepare(store, Sample.key(2));
    database().appended(PostgresUpkeep.FOLD_AFTER);
    Sample.commit(store, second);
    assertEquals(0, sql.number(INCREMENTS));
    assertEquals(2, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
  }

  @Test
  void upkeepThatFails_changesNoOutcome() throws SQLException {
    sql.run("ALTER TABLE ingest_tallies RENAME TO elsewhere");
    Transition first = Sample.openAndPrepare(store, Sample.key(1));
    database().appended(PostgresUpkeep.FOLD_AFTER);
    assertEquals(List.of(Outcome.APPLIED), store.ledger().commit(List.of(first)));
    assertFalse(database().takeAppended(PostgresUpkeep.FOLD_AFTER), "it was tried");
    assertThrows(LedgerException.class, () -> store.ledger().census(Optional.empty()));
    sql.run("ALTER TABLE elsewhere RENAME TO ingest_tallies");
    assertEquals(1, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
  }
}
