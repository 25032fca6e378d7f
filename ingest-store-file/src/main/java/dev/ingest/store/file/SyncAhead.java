package dev.ingest.store.file;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Has what is written of one new file synced while more of it is written: one sync at the end
 * leaves the device idle until the last byte has come, and the sender waits for all of it then.
 *
 * <p>One sync is under way at a time and covers what was written before it began, {@link
 * Bounds#syncedAhead} at least, so that small items cost one sync as before, and a device that is
 * slower than the sender is asked less often and for more. Writing does not wait for it. What fails
 * here fails the item, since the kernel tells a failed write-back once: a sync after it proves
 * nothing. For one thread.
 */
final class SyncAhead {

  private final Syncs syncs;
  private final Disk.Output output;
  private final Path path;
  private final int step;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
  private long since;

  SyncAhead(Syncs syncs, Disk.Output output, Path path, int step) {
    this.syncs = syncs;
    this.output = output;
    this.path = path;
    this.step = step;
  }

  /** Hears that more was written; throws what the last sync failed with. */
  void written(int bytes) {
    since += bytes;
    if (since >= step && last.isDone()) {
      Syncs.await(last);
      last = syncs.begun(output, path);
      since = 0;
    }
  }

  /** Syncs the rest and closes the file, which has succeeded only if all before it has. */
  CompletableFuture<Void> finish() {
    return syncs.output(output, path, last);
  }

  /** Waits for the sync that is under way, so that the file can be closed. */
  void abandon(Throwable cause) {
    try {
      Syncs.await(last);
    } catch (RuntimeException | Error e) {
      if (e != cause) {
        cause.addSuppressed(e);
      }
    }
  }
}
