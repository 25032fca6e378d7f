package dev.ingest.store.file;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Has what is written of one new file synced while more of it is written: one sync at the end
 * leaves the device idle until the last byte has come, and the sender waits for all of it then.
 *
 * <p>One such sync is under way at a time and covers what was written before it began, more than
 * {@link Bounds#syncedAhead}, so that small items cost one sync as before, and a device that is
 * slower than the sender is asked less often and for more. Each has a handle of its own: an
 * interrupt of the writer closes the writer's alone, and so hides no error of a sync. The file is
 * stored only if all its syncs succeeded. For one thread.
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
    if (since > step && last.isDone()) {
      Syncs.await(last);
      last = syncs.file(path);
      since = 0;
    }
  }

  /** Syncs the rest and closes the file; fails also if a sync before it does. */
  CompletableFuture<Void> finish() {
    return CompletableFuture.allOf(last, syncs.output(output, path));
  }
}
