package dev.ingest.cli;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The opening of a content store for a command that needs the ledger alone: waited for no longer
 * than whoever is on call can bear. A disk that hangs, as one of a server that is away, answers
 * nothing and refuses nothing, and no call to it can be ended. So it is opened on a thread of its
 * own, which is left to itself when the time is over; what it brings later is closed.
 */
final class LimitedOpening {

  /** A little longer than those stores take to give up that do so by themselves. */
  static final Duration LONGEST = Duration.ofSeconds(15);

  private LimitedOpening() {}

  /**
   * Opens a store.
   *
   * @throws ContentException if the opening has not ended in time; otherwise what it throws
   */
  static ContentAccess within(Duration longest, Supplier<ContentAccess> opening) {
    CompletableFuture<ContentAccess> opened = new CompletableFuture<>();
    Thread thread = new Thread(() -> open(opening, opened), "ingest-content-opening");
    thread.setDaemon(true);
    thread.start();
    try {
      return opened.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      ContentException silent =
          new ContentException(
              ("its opening has neither ended nor failed for %d ms; see whether its disk or server"
                      + " hangs, or the ledger, which is asked whether both belong together")
                  .formatted(longest.toMillis()),
              e);
      opened.completeExceptionally(silent);
      return outcome(opened);
    } catch (ExecutionException e) {
      return outcome(opened);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ContentException ended = new ContentException("its opening was interrupted", e);
      opened.completeExceptionally(ended);
      return outcome(opened);
    }
  }

  private static void open(Supplier<ContentAccess> opening, CompletableFuture<ContentAccess> to) {
    try {
      ContentAccess access = opening.get();
      if (!to.complete(access)) {
        access.close();
      }
    } catch (RuntimeException | Error e) {
      to.completeExceptionally(e);
    }
  }

  /** Returns, or throws, what it has come to: perhaps in the moment in which the time was over. */
  private static ContentAccess outcome(CompletableFuture<ContentAccess> opened) {
    try {
      return opened.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }
}
