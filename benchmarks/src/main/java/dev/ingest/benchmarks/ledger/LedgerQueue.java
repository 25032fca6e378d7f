package dev.ingest.benchmarks.ledger;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** The ledger as a queue: what was accepted is claimed, and its only stage committed as done. */
final class LedgerQueue implements Candidate {

  private final int threads;
  private final Writer.Kind kind;
  private final AtomicInteger runs = new AtomicInteger();
  private Items items = new Items("none");

  LedgerQueue(int threads, Writer.Kind kind) {
    this.threads = threads;
    this.kind = kind;
  }

  @Override
  public String name() {
    return "Ingest, claim " + Workers.BATCH + " + " + kind.text() + ", " + threads + " threads";
  }

  @Override
  public String lacks() {
    return "— (fence, stage output, hashed history row, tallies are in)";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws Exception {
    items = new Items(place.schema() + "-" + runs.incrementAndGet());
    try (LedgerStore store = LedgerSetup.open(source);
        Writer writer = Writer.Kind.OWN_BATCHES.open(store)) {
      LedgerSetup.openSessions(source, items, count);
      new Workers(store, writer, items, threads).accept(count, false);
    }
  }

  @Override
  public Measured run(DataSource source, Place place, int count) throws Exception {
    try (LedgerStore store = LedgerSetup.open(source);
        Writer writer = kind.open(store)) {
      Workers workers = new Workers(store, writer, items, threads);
      long start = System.nanoTime();
      long done = workers.drain(Items.STAGE_WORK);
      long nanos = System.nanoTime() - start;
      if (done != count) {
        throw new IllegalStateException("expected " + count + " items, finished " + done);
      }
      return new Measured(count, nanos, workers.shares());
    }
  }

  @Override
  public void check(DataSource source, Place place, int count) {
    try (LedgerStore store = LedgerSetup.open(source)) {
      LedgerSetup.checkChains(store, items, count, State.PROCESSED, 2);
    }
  }

  /** Takes what was run to VERIFIED, unmeasured, so that it is settled for the next run. */
  void finish(DataSource source) throws Exception {
    try (LedgerStore store = LedgerSetup.open(source);
        Writer writer = Writer.Kind.OWN_BATCHES.open(store)) {
      new Workers(store, writer, items, threads).drain(Items.VERIFICATION);
    }
  }
}
