package dev.ingest.benchmarks;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Folders of source files, and their removal. */
public final class Folders {

  private Folders() {}

  /**
   * Makes a folder.
   *
   * @param prefix what its name begins with
   * @return the folder
   * @throws IOException if it cannot be made
   */
  public static Path create(String prefix) throws IOException {
    String base = System.getProperty("ingest.benchmark.dir");
    return base == null
        ? Files.createTempDirectory(prefix)
        : Files.createTempDirectory(Files.createDirectories(Path.of(base)), prefix);
  }

  /**
   * Writes files of random bytes.
   *
   * @param folder where
   * @param count how many
   * @param bytes the length of each
   * @return the files in ascending order
   * @throws IOException if they cannot be written
   */
  public static List<Path> sourceFiles(Path folder, int count, int bytes) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<Path> files = new ArrayList<>();
    byte[] content = new byte[bytes];
    for (int i = 0; i < count; i++) {
      random.nextBytes(content);
      files.add(Files.write(folder.resolve("item-%04d.bin".formatted(i)), content));
    }
    return files;
  }

  /**
   * Deletes a folder with all that is in it.
   *
   * @param folder the folder
   * @throws IOException if it cannot be deleted
   */
  public static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
