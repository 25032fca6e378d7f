package dev.ingest.core.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The thread that commits, {@code ingest-commit}, and one {@link #beside() beside} it, {@code
 * ingest-commit-2}: daemons that begin with the first commit there. Nothing of the embedding
 * service runs on them. At most one drain at once and one for later wait in the queue of each.
 */
public final class CommitThread implements Seams.Commits, AutoCloseable {

  private final Timed thread;
  private final Optional<CommitThread> beside;

  /** Creates threads that have not begun. */
  CommitThread() {
    this("ingest-commit", Optional.of(new CommitThread("ingest-commit-2", Optional.empty())));
  }

  private CommitThread(String name, Optional<CommitThread> beside) {
    this.thread = new Timed(name);
    this.beside = beside;
  }

  @Override
  public void execute(Runnable drain) {
    thread.execute(drain);
  }

  // The thread passes on what a drain throws, and what is dropped at the end needs no answer.
  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  public void later(Duration delay, Runnable drain) {
    thread.schedule(drain, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void await(CompletableFuture<?> event) {
    event.join();
  }

  @Override
  public void await(CompletableFuture<?> event, Duration longest) {
    boolean interrupted = false;
    long end = System.nanoTime() + longest.toNanos();
    for (long left = longest.toNanos(); left > 0; left = end - System.nanoTime()) {
      try {
        event.get(left, TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (TimeoutException e) {
        break;
      } catch (ExecutionException e) {
        throw new IllegalStateException("events of the group commit carry no errors", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Seams.Commits beside() {
    return beside.isPresent() ? beside.get() : this;
  }

  /** Ends the threads after what they are doing, and drops what is for later; does not wait. */
  @Override
  public void close() {
    thread.shutdown();
    beside.ifPresent(CommitThread::close);
  }

  /** One thread with a clock, which keeps no error to itself. */
  private static final class Timed extends ScheduledThreadPoolExecutor {

    Timed(String name) {
      super(1, body -> EngineThreads.thread(name, body));
      setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
      super.afterExecute(task, thrown);
      Throwable cause = thrown;
      if (cause == null && task instanceof Future<?> future && future.isDone()) {
        cause = errorOf(future);
      }
      if (cause != null) {
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, cause);
      }
    }

    private static @Nullable Throwable errorOf(Future<?> done) {
      if (done.isCancelled()) {
        return null;
      }
      try {
        done.get();
        return null;
      } catch (ExecutionException e) {
        return e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return e;
      }
    }
  }
}
