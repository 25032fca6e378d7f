package dev.ingest.core.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the page after the one that is looked at, so that reading and looking take the time of the
 * longer one and not of both. One page is ahead, never more. For one thread.
 *
 * <p>Whoever takes a page that no other thread has begun to read reads it: a pool that is busy,
 * refuses it, or has ended, costs the overlap and nothing else.
 *
 * @param <P> a page
 */
final class PageAhead<P> {

  private final Executor executor;
  private @Nullable Reading<P> ahead;

  PageAhead(Executor executor) {
    this.executor = executor;
  }

  /** Begins to read a page, which the next call of {@link #take} returns. */
  void begin(Supplier<P> read) {
    Reading<P> reading = new Reading<>(read);
    ahead = reading;
    try {
      executor.execute(reading);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // No thread is free or can be made, or the pool has ended with the engine.
      reading.run();
    }
  }

  /** Returns the page that was begun, or else reads one. Throws what reading threw, once. */
  P take(Supplier<P> read) {
    Reading<P> reading = ahead == null ? new Reading<>(read) : ahead;
    ahead = null;
    reading.run();
    return reading.page();
  }

  private static final class Reading<P> implements Runnable {

    private final Supplier<P> read;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Supplier<P>> done = new CompletableFuture<>();

    Reading(Supplier<P> read) {
      this.read = read;
    }

    @Override
    public void run() {
      if (!begun.compareAndSet(false, true)) {
        return;
      }
      try {
        P page = read.get();
        done.complete(() -> page);
      } catch (Throwable e) {
        // Also what nobody declares: who takes the page would wait for it without end.
        done.complete(
            () -> {
              throw AuditEndedException.raised(e);
            });
        if (e instanceof Error error) {
          throw error;
        }
      }
    }

    P page() {
      return done.join().get();
    }
  }
}
