package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The transfers of one store that go on in the background: as many at a time as there is room, and
 * whoever begins one more waits. Each ends by itself, since requests are bounded in time. Safe for
 * several threads.
 */
final class Transfers {

  private static final long IDLE_SECONDS = 10;

  private final String store;
  private final int most;
  private final Semaphore room;
  private final ThreadPoolExecutor threads;
  private volatile boolean closed;

  Transfers(String store, int most) {
    this.store = store;
    this.most = most;
    this.room = new Semaphore(most, true);
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

  /** How many transfers may be under way. */
  int most() {
    return most;
  }

  /**
   * Begins a transfer as soon as there is room.
   *
   * @param weight how much room it takes, cut to all there is
   * @param transfer what to do
   * @return its outcome, for {@link Ongoing}
   */
  <T> Future<T> begin(int weight, Callable<T> transfer) {
    int taken = Math.min(weight, most);
    try {
      room.acquire(taken);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
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
        room.release(taken);
      }
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
      room.release(taken);
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
