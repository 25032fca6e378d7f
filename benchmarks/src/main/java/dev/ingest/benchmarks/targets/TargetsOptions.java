package dev.ingest.benchmarks.targets;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What to measure, and how much of it.
 *
 * @param isQuick whether only to see that everything works
 * @param most how long it may take; what has not begun by then is not run
 * @param rows the entries of the large ledger
 * @param only the measurements; empty for all
 * @param into the folder for files with the figures and plots of what grows; empty for neither
 */
record TargetsOptions(
    boolean isQuick, Duration most, long rows, Set<String> only, Optional<Path> into) {

  static final String USAGE =
      """
      --quick          as little of everything as shows that it works (rows: 20000)
      --minutes N      the time, 1 to 600 (60); what has not begun by then is not run
      --rows N         entries of the large ledger, 20000 to 100000000 (1000000; the target: 10000000)
      --only LIST      of %s
      --into FOLDER    also writes the figures there as JSON, and then measures and plots what
                       grows: with items, sequences, settled rows, nodes
      """;

  private static final long FULL_ROWS = 1_000_000;
  private static final long QUICK_ROWS = 20_000;
  private static final long MOST_ROWS = 100_000_000;
  private static final int MINUTES = 60;
  private static final int MOST_MINUTES = 600;

  boolean has(String measurement) {
    return only.isEmpty() || only.contains(measurement);
  }

  static TargetsOptions parse(Set<String> known, String... arguments) {
    boolean isQuick = false;
    long minutes = MINUTES;
    long rows = 0;
    Set<String> only = Set.of();
    Optional<Path> into = Optional.empty();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i];
      if (name.equals("--quick")) {
        isQuick = true;
        continue;
      }
      if (i + 1 == arguments.length) {
        throw refused(name, known);
      }
      String value = arguments[++i];
      switch (name) {
        case "--minutes" -> minutes = whole(name, value, 1, MOST_MINUTES, known);
        case "--rows" -> rows = whole(name, value, QUICK_ROWS, MOST_ROWS, known);
        case "--only" -> only = only(value, known);
        case "--into" -> into = Optional.of(Path.of(value));
        default -> throw refused(name, known);
      }
    }
    long chosen = isQuick ? QUICK_ROWS : FULL_ROWS;
    return new TargetsOptions(
        isQuick, Duration.ofMinutes(minutes), rows == 0 ? chosen : rows, only, into);
  }

  private static long whole(String name, String value, long least, long most, Set<String> known) {
    if (!value.matches("[0-9]{1,9}")
        || Long.parseLong(value) < least
        || Long.parseLong(value) > most) {
      throw refused(name + " " + value, known);
    }
    return Long.parseLong(value);
  }

  private static Set<String> only(String list, Set<String> known) {
    Set<String> chosen = new LinkedHashSet<>(Arrays.asList(list.split(",", -1)));
    for (String name : chosen) {
      if (!known.contains(name)) {
        throw refused("--only " + name, known);
      }
    }
    return chosen;
  }

  private static IllegalArgumentException refused(String what, Set<String> known) {
    return new IllegalArgumentException(
        "not understood: " + what + "\n" + USAGE.formatted(String.join(", ", known)));
  }
}
