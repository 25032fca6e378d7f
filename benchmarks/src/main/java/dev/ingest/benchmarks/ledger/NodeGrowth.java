package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * The ledger as a queue of ever more nodes, each with a pool, a ledger store and a worker of its
 * own, all in one process: what they share is the server.
 */
final class NodeGrowth implements Candidate {

  /** How many nodes there are, in turn. */
  static final List<Integer> COUNTS = List.of(1, 2, 4, 8);

  private final int nodes;
  private final AtomicInteger runs = new AtomicInteger();
  private Items items = new Items("none");

  NodeGrowth(int nodes) {
    this.nodes = nodes;
  }

  @Override
  public String name() {
    return nodes == 1 ? "1 node" : nodes + " nodes";
  }

  @Override
  public String lacks() {
    return "—";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws Exception {
    items = new Items(place.schema() + "-" + runs.incrementAndGet());
    try (LedgerStore store = LedgerSetup.open(source);
        Writer writer = Writer.Kind.OWN_BATCHES.open(store)) {
      LedgerSetup.openSessions(source, items, count);
      new Workers(store, writer, items, 1).accept(count, false);
    }
  }

  @Override
  public Measured run(DataSource source, Place place, int count) throws Exception {
    List<HikariDataSource> pools = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(nodes);
    try {
      List<Callable<Long>> work = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        HikariDataSource pool = place.pool();
        pools.add(pool);
        work.add(() -> drained(pool));
      }
      long start = System.nanoTime();
      long done = 0;
      for (Future<Long> node : threads.invokeAll(work)) {
        done += node.get();
      }
      long nanos = System.nanoTime() - start;
      if (done != count) {
        throw new IllegalStateException("expected " + count + " items, finished " + done);
      }
      return new Measured(count, nanos, "");
    } finally {
      threads.shutdown();
      pools.forEach(HikariDataSource::close);
    }
  }

  /** Opening the store is part of it, as a node's start would be. */
  private long drained(HikariDataSource pool) throws Exception {
    try (LedgerStore store = LedgerSetup.open(pool);
        Writer writer = Writer.Kind.OWN_BATCHES.open(store)) {
      return new Workers(store, writer, items, 1).drain(Items.STAGE_WORK);
    }
  }

  @Override
  public void check(DataSource source, Place place, int count) {
    try (LedgerStore store = LedgerSetup.open(source)) {
      LedgerSetup.checkChains(store, items, count, State.PROCESSED, 2);
    }
  }
}
