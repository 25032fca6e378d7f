package dev.ingest.core.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The thread that commits, {@code ingest-commit}: a daemon that begins with the first commit.
 * Nothing of the embedding service runs on it.
 */
public final class CommitThread implements Seams.Commits, AutoCloseable {

  private final ExecutorService thread;

  /** Creates a thread that has not begun. */
  public CommitThread() {
    this.thread =
        Executors.newSingleThreadExecutor(body -> EngineThreads.thread("ingest-commit", body));
  }

  @Override
  public void execute(Runnable drain) {
    thread.execute(drain);
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

  /** Ends the thread after what it was given; does not wait. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
