package dev.ingest.store.file;

import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * All syncs of one store.
 *
 * <p>They run on threads of their own. First, a file's sync then overlaps the writing of the next
 * file, and several at once share a journal commit of the file system. Second, an interrupt of the
 * caller closes the channel that it works on, which could hide the error of a sync that failed in
 * the same moment; nobody interrupts these threads.
 *
 * <p>A file stays open from its first byte until its sync: the kernel reports a failed write-back
 * to the handles that were open then, and may have forgotten it when a file is opened again.
 *
 * <p>After a sync that failed, the kernel may have marked the pages that it could not write as
 * clean, so that the next sync would succeed over lost bytes. So the first failure ends all writing
 * through this store: nothing is synced a second time, every later write is refused, and only bytes
 * that are written again, through a store that is opened again, count.
 *
 * <p>Waits for a sync, and for room to queue one, have no limit and heed no interrupt. A device
 * that hangs, such as a network volume without its server, therefore holds the callers for as long
 * as it hangs: a sync cannot be taken back, and a caller that left early would know neither that
 * its bytes are stored nor that they are not. Whoever needs an answer sooner waits on another
 * thread, and counts what that thread has not reported as unknown.
 */
final class Syncs implements AutoCloseable {

  /** More than 4 gained nothing, and 1 took twice as long, for 200 KB files on ext4. */
  static final int THREADS = 4;

  /** Bounds the handles that wait to be synced. */
  static final int MAX_WAITING = 256;

  private static final long IDLE_SECONDS = 10;

  private static final Disk.Syncable GONE =
      new Disk.Syncable() {
        @Override
        public void sync() {}

        @Override
        public void close() {}
      };

  private final Disk disk;
  private final String name;
  private final Executor executor;
  private final Semaphore room = new Semaphore(MAX_WAITING);
  private final AtomicReference<ContentDurabilityException> failure = new AtomicReference<>();

  /** The executor runs at most {@link #MAX_WAITING} tasks of this object at a time. */
  Syncs(Disk disk, String name, Executor executor) {
    this.disk = disk;
    this.name = name;
    this.executor = executor;
  }

  /** Makes the threads of one store; they end when idle, and do not keep the process alive. */
  static ExecutorService threads(String name) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, "ingest-sync-" + number.incrementAndGet() + " " + name);
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Refuses to go on after a sync has failed. */
  void requireHealthy() {
    ContentDurabilityException first = failure.get();
    if (first != null) {
      throw new ContentDurabilityException(
          name
              + ": refuses to write, because an earlier sync failed and later ones prove nothing;"
              + " check the device, open the store again and put everything unacknowledged again",
          first);
    }
  }

  /** Syncs and closes a new file. Closed also when the sync is refused. */
  CompletableFuture<Void> output(Disk.Output output, Path path) {
    return submit(path, opened -> output);
  }

  /** Syncs a file that is there. */
  CompletableFuture<Void> file(Path path) {
    return submit(path, disk::openToSync);
  }

  /** Syncs directories, each once, and waits for all of them. */
  void directories(List<Path> directories) {
    awaitAll(directories, disk::openToSync);
  }

  /** Syncs those of some directories that are still there, each once, and waits for all of them. */
  void remainingDirectories(List<Path> directories) {
    awaitAll(
        directories,
        directory -> {
          try {
            return disk.openToSync(directory);
          } catch (NoSuchFileException e) {
            return GONE;
          }
        });
  }

  private void awaitAll(List<Path> paths, Opening opening) {
    List<CompletableFuture<Void>> all = new ArrayList<>(paths.size());
    for (Path path : paths) {
      all.add(submit(path, opening));
    }
    all.forEach(Syncs::await);
  }

  /** Waits for a sync, whatever interrupts say, and passes its failure on. */
  static void await(CompletableFuture<Void> sync) {
    try {
      sync.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ContentException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    if (executor instanceof ExecutorService service) {
      service.shutdown();
    }
  }

  private CompletableFuture<Void> submit(Path path, Opening opening) {
    room.acquireUninterruptibly();
    boolean isTaken = false;
    try {
      CompletableFuture<Void> sync =
          CompletableFuture.runAsync(
              () -> {
                try {
                  sync(path, opening);
                } finally {
                  room.release();
                }
              },
              executor);
      isTaken = true;
      return sync;
    } catch (RejectedExecutionException e) {
      throw new ContentException(
          name + ": closed while " + path + " waited for its sync; open the store again", e);
    } catch (OutOfMemoryError e) {
      throw new ContentException(
          name
              + ": there is no thread to sync "
              + path
              + ": "
              + e.getMessage()
              + "; look at the limits of threads and memory of this process, then put it again",
          e);
    } finally {
      if (!isTaken) {
        // Or all would wait without end once that has happened as often as there is room.
        room.release();
      }
    }
  }

  private void sync(Path path, Opening opening) {
    try (Disk.Syncable syncable = opening.open(path)) {
      requireHealthy();
      force(path, syncable);
    } catch (IOException e) {
      throw new ContentException(
          name
              + ": cannot open or close "
              + path
              + " to sync it: "
              + e
              + "; what was put since the last commit counts as not stored, put it again",
          e);
    }
  }

  private void force(Path path, Disk.Syncable syncable) {
    try {
      syncable.sync();
    } catch (IOException e) {
      ContentDurabilityException failed =
          new ContentDurabilityException(
              name
                  + ": the sync of "
                  + path
                  + " failed: "
                  + e
                  + "; what was put since the last commit counts as not stored, and this store"
                  + " writes no more: check the device, open the store again and put it again",
              e);
      failure.compareAndSet(null, failed);
      throw failed;
    }
  }

  @FunctionalInterface
  private interface Opening {
    Disk.Syncable open(Path path) throws IOException;
  }
}
