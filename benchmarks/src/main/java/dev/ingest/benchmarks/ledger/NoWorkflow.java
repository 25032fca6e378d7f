package dev.ingest.benchmarks.ledger;

import dev.dbos.transact.workflow.Workflow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A workflow without work. Public, because DBOS calls it by reflection. */
public interface NoWorkflow {

  /**
   * Does nothing but count.
   *
   * @param number which it is
   */
  void run(int number);

  /** Counts. */
  final class Counting implements NoWorkflow {

    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicLong start = new AtomicLong();

    Counting() {}

    int seen() {
      return seen.get();
    }

    /** Returns when the first came, by the monotonic clock. */
    long start() {
      return start.get();
    }

    @Override
    @Workflow(name = "run")
    public void run(int number) {
      if (seen.getAndIncrement() == 0) {
        start.set(System.nanoTime());
      }
    }
  }
}
