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

  boolean isEmpty() {
    return running.isEmpty();
  }

  void begin(int bytes, Runnable transfer) {
    running.add(transfers.begin(bytes, () -> isRun(transfer)));
    int looked = running.size();
    for (int i = 0; i < looked; i++) {
      Future<Boolean> one = running.remove();
      if (one.isDone()) {
        settle(one);
      } else {
        running.add(one);
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
   * Waits until nothing is under way any more.
   *
   * @return the first failure, or null
   */
  @Nullable RuntimeException await() {
    while (!running.isEmpty()) {
      settle(running.remove());
    }
    return failure;
  }

  /** Leaves out what was not begun, and waits for the rest, whose failures are of no interest. */
  void drop() {
    dropped = true;
    await();
  }

  private void settle(Future<Boolean> one) {
    RuntimeException failed = failureOf(one);
    if (failed != null) {
      if (failure == null) {
        failure = failed;
      } else if (failure != failed) {
        failure.addSuppressed(failed);
      }
    }
  }

  private @Nullable RuntimeException failureOf(Future<Boolean> one) {
    try {
      transfers.outcome(one);
      return null;
    } catch (ContentException e) {
      return e;
    }
  }
}
