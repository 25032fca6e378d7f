package dev.ingest.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads that share one piece of work. */
final class Workers {

  private static final int MAX = 4;

  private Workers() {}

  /** Returns how many there are where nothing else is asked for. */
  static int number() {
    return Math.min(MAX, Runtime.getRuntime().availableProcessors());
  }

  /** Does the work on each of so many threads; what one of them threw is thrown. */
  static void run(int threads, Runnable work) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(pool.submit(work));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a worker ended with " + e.getCause(), e.getCause());
    } finally {
      pool.shutdown();
    }
  }
}
