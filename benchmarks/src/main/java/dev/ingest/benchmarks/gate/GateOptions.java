package dev.ingest.benchmarks.gate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * How the gate is run.
 *
 * @param baseline the file that holds what is written down
 * @param only what is counted
 * @param write whether what was counted is written down
 */
record GateOptions(Path baseline, Set<Counter> only, boolean write) {

  static final String USAGE =
      """
      --baseline FILE  what is written down (benchmarks/baseline.json)
      --only LIST      of postgresql, s3, disk, allocation (all)
      --write          writes down what was counted, instead of comparing it
      """;

  static GateOptions parse(String... arguments) {
    Path baseline = Path.of("benchmarks", "baseline.json");
    Set<Counter> only = EnumSet.allOf(Counter.class);
    boolean write = false;
    for (int i = 0; i < arguments.length; i++) {
      String option = arguments[i];
      if (option.equals("--write")) {
        write = true;
      } else if (option.equals("--baseline") && i + 1 < arguments.length) {
        baseline = Path.of(arguments[++i]);
      } else if (option.equals("--only") && i + 1 < arguments.length) {
        only = counters(arguments[++i]);
      } else {
        throw new IllegalArgumentException("not understood: " + option + "\n" + USAGE);
      }
    }
    return new GateOptions(baseline, only, write);
  }

  private static Set<Counter> counters(String list) {
    Set<Counter> named = EnumSet.noneOf(Counter.class);
    for (String name : list.split(",", -1)) {
      named.add(
          Arrays.stream(Counter.values())
              .filter(one -> one.prefix().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("no such counts: " + name + "\n" + USAGE)));
    }
    return named;
  }
}
