package dev.ingest.core.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
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
   * @param scenario what is run; it makes or resets everything that its threads share itself
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
    Threads threads = new Threads();
    for (Runnable body : bodies) {
      threads.execute(body);
    }
    threads.join();
  }

  /** Begins a thread for whatever it is given. Safe for use by several threads. */
  static final class Threads implements Executor {

    private final List<Thread> begun = new ArrayList<>();
    private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable body) {
      Thread thread = new Thread(() -> run(body));
      synchronized (begun) {
        begun.add(thread);
      }
      thread.start();
    }

    private void run(Runnable body) {
      try {
        body.run();
      } catch (RuntimeException | Error e) {
        thrown.add(e);
      }
    }

    /** Waits for all that were begun, those that others began meanwhile included. */
    void join() {
      for (int i = 0; i < count(); i++) {
        Thread thread;
        synchronized (begun) {
          thread = begun.get(i);
        }
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

    private int count() {
      synchronized (begun) {
        return begun.size();
      }
    }
  }
}
