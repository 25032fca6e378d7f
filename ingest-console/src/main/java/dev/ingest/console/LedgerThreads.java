package dev.ingest.console;

import dev.ingest.core.text.Times;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks the ledger on threads of its own, so that no request waits longer than a limit and a ledger
 * that never answers costs a bounded number of threads. What was asked may still be answered, and
 * an act still take effect, after nobody waits for it any more. Thread-safe.
 */
final class LedgerThreads implements AutoCloseable {

  private static final int IDLE_SECONDS = 30;

  private final Duration limit;
  private final ThreadPoolExecutor threads;

  /**
   * Creates it; no thread runs yet.
   *
   * @param name what the threads are called
   * @param most how many there are at most, 1 or more; as many questions wait
   * @param limit how long one who asks waits
   */
  LedgerThreads(String name, int most, Duration limit) {
    this.limit = limit;
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(most),
            daemons(name));
    threads.allowCoreThreadTimeOut(true);
  }

  static ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Asks, and waits.
   *
   * @param what what is asked for, for a person
   * @throws NoAnswerException if there is no answer within the limit; what it would be is not known
   */
  <T> T ask(String what, Callable<T> question) {
    return await(what, begin(what, question));
  }

  /** Asks, and does not wait. */
  <T> Future<T> begin(String what, Callable<T> question) {
    try {
      return threads.submit(question);
    } catch (RejectedExecutionException e) {
      throw new NoAnswerException(
          threads.isShutdown()
              ? what + ": the console is closed"
              : "%s: %d questions wait for the ledger already; see why it does not answer"
                  .formatted(what, threads.getQueue().size() + threads.getActiveCount()));
    }
  }

  /** Waits for what was asked. */
  <T> T await(String what, Future<T> asked) {
    try {
      return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new NoAnswerException(
          "%s: the ledger has not answered within %s".formatted(what, Times.span(limit)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NoAnswerException(what + ": interrupted before the ledger answered");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException(what + " failed", e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
