package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerStore;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Claims where the server believes that its tables are all but empty, as after a queue has been
 * worked off and filled again: it then joins by nested loops and runs a subquery again for each
 * row.
 */
@Tag("programme")
class StaleStatisticsTest {

  private static final int OWNERS = 8;
  private static final int EACH = 5_000;
  private static final int LIMIT = 5;
  private static final int THREADS = 8;
  private static final int CLAIMS = 25;

  /** A lane that no ledger uses. */
  private static final long LANE = 7;

  private static final int IN_LANE = 60;

  private static final String NAIVE =
      "UPDATE ingest_work SET fence = fence + 1 WHERE queue = "
          + LANE
          + " AND (owner, id) IN (SELECT owner, id FROM ingest_work WHERE queue = "
          + LANE
          + " ORDER BY visible_at LIMIT "
          + LIMIT
          + " FOR UPDATE SKIP LOCKED)";

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Filling filling;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(Sample.time());
    filling = new Filling(place.source());
    filling.run(
        "ALTER TABLE ingest_work SET (autovacuum_enabled = off)",
        "ALTER TABLE ingest_entries SET (autovacuum_enabled = off)");
    for (int owner = 0; owner < OWNERS; owner++) {
      Sample.accepted(store, SequenceKey.of("owner" + owner, "first"));
    }
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  private void fill(int each) throws SQLException {
    for (String table : List.of("ingest_entries", "ingest_work")) {
      filling.copy(table, "r.id = 'first'", Map.of("id", "'copy' || n"), each);
    }
  }

  /** Leaves statistics of thousands of pages with next to nothing in them, and fills them again. */
  private void fillAsNeverBefore(int each) throws SQLException {
    fill(each);
    for (String table : List.of("ingest_entries", "ingest_work")) {
      filling.run(
          "DELETE FROM " + table + " WHERE id <> 'first'",
          "VACUUM (ANALYZE, TRUNCATE off) " + table);
    }
    fill(each);
    assertTrue(
        filling.number("SELECT reltuples FROM pg_class WHERE oid = 'ingest_work'::regclass") < 20,
        "the statistics are stale");
  }

  @Test
  void claimsOfManyNodes_takeNoMoreThanTheirLimitAndNothingTwice() throws Exception {
    fillAsNeverBefore(EACH);
    assertClaimsAreBounded();
  }

  @Test
  void claimsWithStatisticsOfAnEmptyQueue_takeNoMoreThanTheirLimitAndNothingTwice()
      throws Exception {
    filling.run("ANALYZE ingest_work", "ANALYZE ingest_entries");
    fill(EACH);
    assertClaimsAreBounded();
  }

  private void assertClaimsAreBounded() throws Exception {
    ExecutorService nodes = Executors.newFixedThreadPool(THREADS);
    try {
      Callable<List<SequenceKey>> node =
          () -> {
            List<SequenceKey> keys = new ArrayList<>();
            for (int i = 0; i < CLAIMS; i++) {
              List<Claimed> claimed = store.work().claim(Sample.claim("node", LIMIT, Sample.WORK));
              assertTrue(claimed.size() <= LIMIT, "claimed " + claimed.size());
              claimed.forEach(one -> keys.add(one.entry().key()));
            }
            return keys;
          };
      int all = 0;
      Set<SequenceKey> distinct = new HashSet<>();
      for (Future<List<SequenceKey>> one : nodes.invokeAll(Collections.nCopies(THREADS, node))) {
        all += one.get().size();
        distinct.addAll(one.get());
      }
      assertEquals(all, distinct.size(), "nothing was claimed twice");
      assertTrue(all > 0, "something was claimed");
      assertEquals(
          all,
          filling.number("SELECT COUNT(*) FROM ingest_work WHERE fence > 0"),
          "nothing was claimed that no claim returned");
    } finally {
      nodes.shutdownNow();
    }
  }

  /** Shows that the test above can fail: what it guards against is real on this server. */
  @Test
  void statementThatClaimsInASubquery_takesMoreThanItsLimit() throws SQLException {
    fillAsNeverBefore(500);
    filling.copy(
        "ingest_work",
        "r.id = 'first'",
        Map.of("id", "'few' || n", "queue", Long.toString(LANE)),
        IN_LANE);
    String plan = String.join("\n", filling.texts("EXPLAIN " + NAIVE));
    assumeTrue(plan.contains("Nested Loop Semi Join"), plan);
    filling.run(NAIVE);
    long claimed = filling.number("SELECT COUNT(*) FROM ingest_work WHERE fence > 0");
    assertTrue(claimed > LIMIT, "claimed " + claimed + " by\n" + plan);
  }
}
