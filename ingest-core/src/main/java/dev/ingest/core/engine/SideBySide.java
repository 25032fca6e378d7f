package dev.ingest.core.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one body on several threads at a time: on the caller's, and on those that an executor has
 * free. The body takes its work from what all of them share until nothing is left, so fewer threads
 * do the same, and an executor that runs what it is given on the spot does it in the order of one.
 *
 * <p>Returns when all have ended that began. What the first threw is thrown, with what others threw
 * suppressed in it. An interrupt of the caller, while it waits for the others, is passed on to them
 * each time, so that it cuts short there what it would have cut short here.
 */
final class SideBySide {

  private final Runnable body;
  private final Consumer<Throwable> failed;
  private final Thread caller = Thread.currentThread();
  private final Object lock = new Object();
  private final Set<Thread> others = new HashSet<>();
  private final Set<Thread> interrupted = new HashSet<>();
  private boolean isClosed;
  private @Nullable Throwable failure;

  private SideBySide(Runnable body, Consumer<Throwable> failed) {
    this.body = body;
    this.failed = failed;
  }

  /**
   * Runs a body.
   *
   * @param count on how many threads at most, 1 or more
   * @param executor has the others
   * @param failed hears at once what a thread threw, to end the others; thread-safe
   * @param body what each thread runs; thread-safe
   */
  static void run(int count, Executor executor, Consumer<Throwable> failed, Runnable body) {
    SideBySide all = new SideBySide(body, failed);
    all.attempt(() -> all.begin(count - 1, executor));
    if (!all.hasFailed()) {
      all.attempt(body);
    }
    all.awaitOthers();
    all.tell();
  }

  private void begin(int count, Executor executor) {
    int begun = 0;
    while (begun < count && !hasFailed() && isTaken(executor)) {
      begun++;
    }
  }

  /** An executor that has ended, or has no thread, costs what its thread would have done. */
  private boolean isTaken(Executor executor) {
    try {
      executor.execute(this::takePart);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return false;
    }
  }

  private void takePart() {
    Thread self = Thread.currentThread();
    if (self.equals(caller)) {
      attempt(body);
      return;
    }
    synchronized (lock) {
      if (isClosed || failure != null) {
        return;
      }
      others.add(self);
    }
    try {
      attempt(body);
    } finally {
      synchronized (lock) {
        others.remove(self);
        if (interrupted.remove(self)) {
          dropInterrupt();
        }
        lock.notifyAll();
      }
    }
  }

  /** The interrupt was meant for the caller's work, not for what this thread does next. */
  @SuppressWarnings("ResultOfMethodCallIgnored")
  private static void dropInterrupt() {
    Thread.interrupted();
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      note(e instanceof AuditEndedException ended ? ended.reason() : e);
    }
  }

  private void note(Throwable thrown) {
    synchronized (lock) {
      Throwable first = failure;
      if (first == null) {
        failure = thrown;
      } else if (first != thrown && !Arrays.asList(first.getSuppressed()).contains(thrown)) {
        first.addSuppressed(thrown);
      }
    }
    failed.accept(thrown);
  }

  private boolean hasFailed() {
    synchronized (lock) {
      return failure != null;
    }
  }

  private void awaitOthers() {
    boolean wasInterrupted = false;
    synchronized (lock) {
      isClosed = true;
      while (!others.isEmpty()) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          wasInterrupted = true;
          interrupted.addAll(others);
          others.forEach(Thread::interrupt);
        }
      }
    }
    if (wasInterrupted) {
      caller.interrupt();
    }
  }

  private void tell() {
    synchronized (lock) {
      if (failure != null) {
        throw AuditEndedException.raised(failure);
      }
    }
  }
}
