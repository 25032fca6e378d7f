package dev.ingest.benchmarks.costs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What each step of CI may take, as the table of the documentation says.
 *
 * @param seconds by step, in the order of the table
 * @param whole what all of CI may take, in seconds; less than the sum, as some steps run side by
 *     side
 */
record Budget(Map<String, Long> seconds, long whole) {

  static final String HEADING = "## What each part of CI may cost";

  static final String WHOLE = "the whole";
  private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| ([\\d,]+) \\|.*");

  /**
   * Reads the table.
   *
   * @param page the page that has it
   * @throws IOException if the page cannot be read, or has no such table
   */
  static Budget read(Path page) throws IOException {
    List<String> lines = Files.readAllLines(page);
    Map<String, Long> seconds = new LinkedHashMap<>();
    int from = lines.indexOf(HEADING);
    for (String line : lines.subList(Math.max(from, 0), lines.size())) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        seconds.put(row.group(1), Long.parseLong(row.group(2).replace(",", "")));
      } else if (!seconds.isEmpty()) {
        break;
      }
    }
    Long whole = seconds.remove(WHOLE);
    if (from < 0 || whole == null) {
      throw new IOException(page + " has no table of " + HEADING + " with a row of " + WHOLE);
    }
    return new Budget(seconds, whole);
  }
}
