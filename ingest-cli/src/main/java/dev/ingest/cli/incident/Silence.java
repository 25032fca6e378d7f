package dev.ingest.cli.incident;

import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the silent release left out, written by itself beside the platform: whom it harmed, as the
 * replay knows and no platform does.
 *
 * @param file one sequence per line
 */
record Silence(Path file) {

  static Silence in(Path home) {
    return new Silence(home.resolve("left-out.txt"));
  }

  /** Notes that a sequence is being left out. */
  void note(SequenceKey key) throws IOException {
    Files.writeString(file, key + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Tells how many items of a sequence are written all the same: none of every other one. */
  static int written(SequenceKey key, int items) {
    return key.toString().chars().sum() % 2 == 0 ? 0 : items - 1;
  }

  /** Lists whom it harmed. */
  SortedSet<SequenceKey> sequences() throws IOException {
    SortedSet<SequenceKey> keys = new TreeSet<>();
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    for (String line : lines) {
      int slash = line.indexOf('/');
      keys.add(SequenceKey.of(line.substring(0, slash), line.substring(slash + 1)));
    }
    return keys;
  }
}
