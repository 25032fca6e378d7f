package dev.ingest.benchmarks.costs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one step of CI took.
 *
 * @param seconds by the clock on the wall
 * @param processorSeconds of the processes that the step waited for, on all processors together
 * @param step its name
 */
record StepCost(long seconds, long processorSeconds, String step) {

  private static final int FIELDS = 3;

  /**
   * Reads what {@code .ci/run} notes, one line for each step and one for the whole: seconds,
   * processor seconds, name.
   *
   * @throws IOException if the file cannot be read, or a line is none of these
   */
  static List<StepCost> read(Path file) throws IOException {
    List<StepCost> costs = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split(" ", FIELDS);
      try {
        costs.add(
            new StepCost(Long.parseLong(fields[0]), Long.parseLong(fields[1]), fields[FIELDS - 1]));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new IOException(file + " has a line that is no step: " + line, e);
      }
    }
    return costs;
  }
}
