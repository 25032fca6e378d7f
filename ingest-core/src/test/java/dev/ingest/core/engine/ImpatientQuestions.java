package dev.ingest.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Asks on threads of its own and waits, in the test's time, exactly when who is asked hangs. */
final class ImpatientQuestions implements Seams.Questions {

  private static final long LONGEST_SECONDS = 60;

  private final Consumer<Duration> pass;
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private volatile CompletableFuture<Boolean> ending = new CompletableFuture<>();

  /** Lets time pass as it is told. */
  ImpatientQuestions(Consumer<Duration> pass) {
    this.pass = pass;
  }

  @Override
  public <T> T ask(Object who, Duration longest, Callable<T> question) throws Exception {
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    ending = end;
    FutureTask<T> answer = new FutureTask<>(question);
    Thread thread =
        new Thread(
            () -> {
              answer.run();
              end.complete(true);
            });
    threads.add(thread);
    thread.start();
    if (!end.get(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      pass.accept(longest);
      answer.cancel(true);
      throw new TimeoutException("simulated");
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("who is asked answers with its error", e);
    }
  }

  /** What one does that cares for no interrupt, until the test lets it go. */
  void hangDeaf() {
    ending.complete(false);
    boolean isReleased = false;
    while (!isReleased) {
      try {
        if (!released.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("nobody lets it go");
        }
        isReleased = true;
      } catch (InterruptedException e) {
        isReleased = false;
      }
    }
  }

  /** What one does that ends at an interrupt. */
  void hang() {
    ending.complete(false);
    try {
      throw new AssertionError(
          released.await(LONGEST_SECONDS, TimeUnit.SECONDS) ? "let go" : "nobody interrupts it");
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Waits until all have returned that were interrupted. */
  void awaitReturns() {
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(LONGEST_SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (thread.isAlive()) {
        throw new AssertionError("it goes on: " + thread);
      }
    }
  }

  /** Lets all go that hang. */
  void release() {
    released.countDown();
    awaitReturns();
  }
}
