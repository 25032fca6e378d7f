package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What one writer or one upload has under way, and the first failure among it. Bounded, since what
 * has ended well is forgotten when more begins. Not for several threads.
 */
final class Ongoing {

  private final Transfers transfers;
  private final ArrayDeque<Future<Boolean>> running = new ArrayDeque<>();
  private @Nullable RuntimeException failure;
  private volatile boolean dropped;

  Ongoing(Transfers transfers) {
    this.transfers = transfers;
  }

  void begin(int bytes, Runnable transfer) {
    running.add(transfers.begin(bytes, () -> isRun(transfer)));
    int looked = running.size();
    for (int i = 0; i < looked; i++) {
      Future<Boolean> one = running.remove();
      if (!one.isDone()) {
        running.add(one);
        continue;
      }
      try {
        settle(one);
      } catch (InterruptedException e) {
        running.add(one);
        fail(transfers.interrupted(e));
        return;
      }
    }
  }

  private boolean isRun(Runnable transfer) {
    if (dropped) {
      return false;
    }
    transfer.run();
    return true;
  }

  /** The first failure that is known by now. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /**
   * Waits until nothing is under way any more, or this thread is interrupted.
   *
   * @return the first failure, or null
   */
  @Nullable RuntimeException await() {
    try {
      settleAll();
    } catch (InterruptedException e) {
      fail(transfers.interrupted(e));
    }
    return failure;
  }

  /**
   * Leaves out what was not begun, and waits for the rest, whose failures are of no interest. An
   * interrupt waits with it, since what is under way ends in bounded time and would arrive after
   * whatever follows; the thread is interrupted again at the end.
   */
  void drop() {
    dropped = true;
    boolean interrupted = Thread.interrupted();
    while (!running.isEmpty()) {
      try {
        settleAll();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is under way stays in the list until it was waited for. */
  private void settleAll() throws InterruptedException {
    while (!running.isEmpty()) {
      settle(running.element());
      running.remove();
    }
  }

  private void settle(Future<Boolean> one) throws InterruptedException {
    RuntimeException failed = failureOf(one);
    if (failed != null) {
      fail(failed);
    }
  }

  private void fail(RuntimeException failed) {
    if (failure == null) {
      failure = failed;
    } else if (failure != failed) {
      failure.addSuppressed(failed);
    }
  }

  private @Nullable RuntimeException failureOf(Future<Boolean> one) throws InterruptedException {
    try {
      transfers.awaited(one);
      return null;
    } catch (ContentException e) {
      return e;
    }
  }
}
