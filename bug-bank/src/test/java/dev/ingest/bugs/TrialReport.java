package dev.ingest.bugs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What became of a test in its process, as it tells it by a file.
 *
 * @param end how it ended
 * @param detail with which words
 */
record TrialReport(End end, String detail) {

  /** How a test can end. */
  enum End {
    PASSED,
    FAILED,
    SKIPPED,
    NOT_FOUND,
    NO_END
  }

  void writeTo(Path file) throws IOException {
    Files.write(file, List.of(end.name(), detail));
  }

  static TrialReport read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return new TrialReport(
        End.valueOf(lines.get(0)), String.join("\n", lines.subList(1, lines.size())));
  }
}
