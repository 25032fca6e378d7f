package dev.ingest.store.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.kotlinx.lincheck.strategy.TimeoutFailure;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/** Runs a scenario under many schedules of its threads, each once, as a model checker has them. */
final class Schedules {

  /** How many times as many as in a build. */
  private static final int TIMES = Integer.getInteger("ingest.schedules.times", 1);

  private Schedules() {}

  /**
   * Runs a scenario, and fails with the first schedule under which it throws or never ends.
   *
   * @param schedules how many schedules in a build
   * @param scenario what is run; it makes everything that its threads share itself
   */
  static void explore(int schedules, Runnable scenario) {
    try {
      Lincheck.runConcurrentTest(TIMES * schedules, scenario);
    } catch (LincheckAssertionError e) {
      if (!(e.getFailure$lincheck() instanceof TimeoutFailure)) {
        throw e;
      }
      // Lincheck gives one schedule 30 s by the wall clock, its own rewriting of classes included,
      // and tells a machine that was busy as a hang. One of the code fails the second run as well.
      System.err.println("Lincheck: more than 30 s for one schedule, all are run again");
      Lincheck.runConcurrentTest(TIMES * schedules, scenario);
    }
  }

  /** Runs each body on a thread of its own, and waits for all. */
  static void together(Runnable... bodies) {
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (Runnable body : bodies) {
      threads.add(new Thread(() -> run(body, thrown)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }
    Throwable first = thrown.poll();
    if (first != null) {
      throw new AssertionError(String.valueOf(first.getMessage()), first);
    }
  }

  private static void run(Runnable body, Queue<Throwable> thrown) {
    try {
      body.run();
    } catch (RuntimeException | Error e) {
      thrown.add(e);
    }
  }
}
