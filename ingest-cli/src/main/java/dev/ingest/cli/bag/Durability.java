package dev.ingest.cli.bag;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Makes what was written durable, all at the end, when most of it is on the disk already. */
final class Durability {

  private static final int AT_ONCE = 16;
  private static final int BATCH = 1_024;

  private Durability() {}

  /**
   * Makes all files and folders below a folder durable, and the folder. Several at a time: a file
   * system that is told of one while it works on another does both at once.
   */
  static void ofTree(Path root) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Batch batch = new Batch(threads);
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              batch.add(() -> force(file, StandardOpenOption.WRITE));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
                throws IOException {
              if (error != null) {
                throw error;
              }
              batch.add(() -> force(folder, StandardOpenOption.READ));
              return FileVisitResult.CONTINUE;
            }
          });
      batch.run();
    } finally {
      threads.shutdownNow();
    }
  }

  /** A bounded number of files that are made durable together. */
  private static final class Batch {

    private final ExecutorService threads;
    private final List<Callable<Path>> tasks = new ArrayList<>();

    Batch(ExecutorService threads) {
      this.threads = threads;
    }

    void add(Callable<Path> task) throws IOException {
      tasks.add(task);
      if (tasks.size() == BATCH) {
        run();
      }
    }

    void run() throws IOException {
      try {
        for (Future<Path> done : threads.invokeAll(tasks)) {
          done.get();
        }
        tasks.clear();
      } catch (ExecutionException e) {
        throw new IOException("what was written may not be durable: " + e.getCause(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException stopped =
            new InterruptedIOException("stopped before all was durable; export again");
        stopped.initCause(e);
        throw stopped;
      }
    }
  }

  /** Makes the names in a folder durable. */
  static void ofFolder(Path folder) throws IOException {
    force(folder, StandardOpenOption.READ);
  }

  private static Path force(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
    return path;
  }

  /** Removes a folder with everything in it. */
  static void removeTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
              throws IOException {
            if (error != null) {
              throw error;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
