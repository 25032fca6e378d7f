package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.Folders;
import dev.ingest.benchmarks.Syncs.Sync;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The syncs of a run again, with nothing between them: as many of files and of directories, in
 * folders of the same shape, by as many threads, each its own in their order. A sync of a file
 * makes a new file of 1 KB durable, one of a directory a new name in it, as in the run. That is the
 * ceiling of everything that syncs as often on this machine. It is higher than the true one: no
 * thread waits for another, and the syncs of SQLite, which the virtual machine does not see, are
 * missing.
 */
final class SyncReplay {

  private static final int FILE_BYTES = 1_000;

  private final List<List<Sync>> byThread;
  private final AtomicLong names = new AtomicLong();

  SyncReplay(List<Sync> syncs) {
    Map<Long, List<Sync>> threads = new LinkedHashMap<>();
    for (Sync sync : syncs) {
      threads.computeIfAbsent(sync.thread(), absent -> new ArrayList<>()).add(sync);
    }
    byThread = List.copyOf(threads.values());
  }

  int threads() {
    return byThread.size();
  }

  /** Returns how many nanoseconds they take. */
  long nanos() throws Exception {
    Path home = Folders.create("ingest-replay");
    ExecutorService pool = Executors.newFixedThreadPool(byThread.size());
    try {
      for (List<Sync> list : byThread) {
        for (Sync sync : list) {
          Files.createDirectories(folder(home, sync));
        }
      }
      long start = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (List<Sync> list : byThread) {
        running.add(pool.submit(() -> replay(home, list)));
      }
      for (Future<?> one : running) {
        one.get();
      }
      return System.nanoTime() - start;
    } finally {
      pool.shutdownNow();
      Folders.delete(home);
    }
  }

  private Void replay(Path home, List<Sync> list) throws IOException {
    for (Sync sync : list) {
      Path folder = folder(home, sync);
      Path file = folder.resolve("replayed-" + names.getAndIncrement());
      if (sync.isDirectory()) {
        Files.createFile(file);
        force(folder);
      } else {
        write(file);
      }
    }
    return null;
  }

  private static Path folder(Path home, Sync sync) {
    Path of = sync.isDirectory() ? sync.path() : sync.path().toAbsolutePath().getParent();
    return home.resolve(String.valueOf(of).replaceFirst("^/+", ""));
  }

  private static void write(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(FILE_BYTES));
      channel.force(true);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }
}
