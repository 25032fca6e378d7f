package dev.ingest.benchmarks.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is moved in one measurement.
 *
 * @param name what it is called in the table
 * @param files the source files, in ascending order of their names
 * @param bytes how many they have together
 */
record Load(String name, List<Path> files, long bytes) {

  static Load of(String name, List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return new Load(name, files, bytes);
  }

  static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** Fails unless a folder holds the same files. */
  void requireSame(Path folder) throws IOException {
    for (Path file : files) {
      if (Files.mismatch(file, folder.resolve(nameOf(file))) >= 0) {
        throw new IOException(file + " came back with other bytes");
      }
    }
  }
}
