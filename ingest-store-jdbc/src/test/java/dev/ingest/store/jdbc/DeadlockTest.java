package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that change the same sequences at one time, each in an order of its own. */
class DeadlockTest {

  private static final int THREADS = 8;
  private static final int COUNT = 24;
  private static final int ROUNDS = 3;

  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(Sample.time());
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  @Test
  void batchesInDifferentOrders_allFinish() throws Exception {
    ExecutorService nodes = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        assertRoundFinishes(nodes, round);
      }
    } finally {
      nodes.shutdownNow();
    }
  }

  private void assertRoundFinishes(ExecutorService nodes, int round) throws Exception {
    List<Entry> leased = leased(round);
    List<Future<List<Outcome>>> calls = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      calls.add(nodes.submit(call(i, ordered(leased, i))));
    }
    for (Future<List<Outcome>> call : calls) {
      List<Outcome> outcomes = call.get(60, TimeUnit.SECONDS);
      assertEquals(COUNT, outcomes.size());
      assertFalse(
          outcomes.stream().anyMatch(Outcome.Unknown.class::isInstance), outcomes.toString());
    }
    for (Entry one : leased) {
      Entry now = Sample.find(store, one.key());
      long rows = store.ledger().history(one.key(), 0, 100).size();
      assertEquals(now.chain().length(), rows);
      assertEquals(one.version() + rows - 1, now.version(), "each change but one is a row");
      assertTrue(rows > 1, "something happened to each");
    }
  }

  private List<Entry> leased(int round) {
    List<Transition> batch = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      batch.add(Sample.openAndPrepare(store, Sample.key(round * COUNT + i)));
    }
    store.ledger().commit(batch).forEach(one -> assertEquals(Outcome.APPLIED, one));
    return store.work().claim(Sample.claim("node-1", COUNT, Sample.WORK)).stream()
        .map(claimed -> claimed.entry())
        .toList();
  }

  /** Puts entries in an order that no two nodes have. */
  private static List<Entry> ordered(List<Entry> entries, int node) {
    List<Entry> ordered = new ArrayList<>(entries);
    if (node % 4 > 1) {
      Collections.reverse(ordered);
    }
    Collections.rotate(ordered, node * COUNT / THREADS);
    return ordered;
  }

  /** Half of the nodes commit the work, others mark it, and one renews its leases. */
  private Callable<List<Outcome>> call(int node, List<Entry> entries) {
    if (node == 0) {
      List<Held> held = entries.stream().map(Scene::held).toList();
      return () -> store.work().renew(held, Duration.ofMinutes(1));
    }
    List<Transition> batch =
        entries.stream().map(node % 2 == 0 ? Sample::processed : Sample::overdue).toList();
    return () -> store.ledger().commit(batch);
  }
}
