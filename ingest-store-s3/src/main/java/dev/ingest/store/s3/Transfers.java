package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The transfers of one store that go on in the background: so many at a time, and of so many bytes
 * in all, and whoever begins one more waits, in the order of coming. Each ends by itself, since
 * requests are bounded in time. Safe for several threads.
 */
final class Transfers {

  private static final long IDLE_SECONDS = 10;

  /** What memory is counted in, in bytes; what is smaller counts as one. */
  private static final long UNIT = 1_024;

  private final String store;
  private final Semaphore places;
  private final Semaphore memory;
  private final int allMemory;
  private final ThreadPoolExecutor threads;
  private volatile boolean closed;

  Transfers(String store, int most, long memoryBytes) {
    this.store = store;
    this.places = new Semaphore(most, true);
    this.allMemory = Math.max(1, (int) (memoryBytes / UNIT));
    this.memory = new Semaphore(allMemory, true);
    AtomicInteger count = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(most),
            task -> {
              Thread thread = new Thread(task, "ingest-s3-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Begins a transfer as soon as there is room.
   *
   * @param bytes how much memory it holds, cut to all there is; 0 or more
   * @param transfer what to do
   * @return its outcome, for {@link Ongoing}
   */
  <T> Future<T> begin(int bytes, Callable<T> transfer) {
    int taken = (int) Math.min((bytes + UNIT - 1) / UNIT, allMemory);
    takeRoom(taken);
    boolean begun = false;
    try {
      requireOpen();
      Releasing<T> task = new Releasing<>(transfer, taken);
      threads.execute(task);
      begun = true;
      return task;
    } catch (RejectedExecutionException e) {
      throw new ContentException(store + ": closed while bytes were sent; put them again", e);
    } finally {
      if (!begun) {
        giveRoom(taken);
      }
    }
  }

  private void takeRoom(int taken) {
    try {
      places.acquire();
      try {
        memory.acquire(taken);
      } catch (InterruptedException e) {
        places.release();
        throw e;
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void giveRoom(int taken) {
    memory.release(taken);
    places.release();
  }

  /**
   * Waits for the end of what was begun.
   *
   * @throws ContentException if it failed; a conflict as one
   */
  <T> T outcome(Future<T> one) {
    try {
      return awaited(one);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** The same, for whoever is not done with waiting when interrupted. */
  <T> T awaited(Future<T> one) throws InterruptedException {
    try {
      return one.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ContentConflictException conflict) {
        throw new ContentConflictException(String.valueOf(conflict.getMessage()), conflict);
      }
      throw new ContentException(
          String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
    } catch (CancellationException e) {
      throw new ContentException("the store was closed while bytes were sent; put them again", e);
    }
  }

  /** Gives its room back however it ends, also if it never began. */
  private final class Releasing<T> extends FutureTask<T> {

    private final int taken;

    Releasing(Callable<T> transfer, int taken) {
      super(transfer);
      this.taken = taken;
    }

    @Override
    protected void done() {
      giveRoom(taken);
    }
  }

  ContentException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ContentException(store + ": interrupted while bytes were sent; put them again", e);
  }

  private void requireOpen() {
    if (closed) {
      throw new ContentException(store + ": closed; open the store again");
    }
  }

  /** Interrupts what is under way and drops what was not begun; both then fail. Idempotent. */
  void close() {
    closed = true;
    threads
        .shutdownNow()
        .forEach(
            task -> {
              if (task instanceof Future<?> dropped) {
                dropped.cancel(false);
              }
            });
  }
}
