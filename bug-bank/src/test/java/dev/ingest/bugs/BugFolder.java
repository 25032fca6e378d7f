package dev.ingest.bugs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder with the bugs, in the order of their numbers. */
final class BugFolder {

  private static final String EXTENSION = ".bug";

  private BugFolder() {}

  static List<Bug> read(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(path -> path.toString().endsWith(EXTENSION)).toList();
    }
    List<Bug> bugs = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      bugs.add(
          Bug.parse(
              name.substring(0, name.length() - EXTENSION.length()), Files.readAllLines(file)));
    }
    return bugs.stream().sorted(Comparator.comparingInt(Bug::number)).toList();
  }
}
