package dev.ingest.benchmarks.gate;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How times are compared.
 *
 * @param base the jar of the benchmarks as they were
 * @param now the jar of the benchmarks as they are
 * @param only which benchmarks, as a regular expression
 * @param rounds how often each jar runs, 3 to 100
 * @param millis how long an iteration of a benchmark takes, 50 to 10,000; a run has twelve
 */
record TimesOptions(Path base, Path now, String only, int rounds, int millis) {

  static final String USAGE =
      """
      --base JAR       benchmarks.jar of the commit to compare with
      --now JAR        benchmarks.jar of this one (benchmarks/target/benchmarks.jar)
      --only REGEX     which benchmarks (decisions, manifests of 1,000 items, and the bare digest)
      --rounds N       how often each jar runs, in turns, 3 to 100 (7)
      --millis N       how long each of a benchmark's 12 iterations takes, 50 to 10000 (500)
      """;

  private static final String DEFAULT_ONLY = "LifecycleDecision|Manifest";
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 100;
  private static final int LEAST_MILLIS = 50;
  private static final int MOST_MILLIS = 10_000;

  static TimesOptions parse(String... arguments) {
    Path base = Path.of("");
    Path now = Path.of("benchmarks", "target", "benchmarks.jar");
    String only = DEFAULT_ONLY;
    int rounds = 7;
    int millis = 500;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--base" -> base = Path.of(value);
        case "--now" -> now = Path.of(value);
        case "--only" -> only = value;
        case "--rounds" -> rounds = number(arguments[i], value, LEAST_ROUNDS, MOST_ROUNDS);
        case "--millis" -> millis = number(arguments[i], value, LEAST_MILLIS, MOST_MILLIS);
        default -> throw refused(arguments[i]);
      }
    }
    if (arguments.length % 2 != 0) {
      throw refused(arguments[arguments.length - 1]);
    }
    for (Path jar : new Path[] {base, now}) {
      if (!Files.isRegularFile(jar)) {
        throw refused("no jar at \"" + jar + "\"");
      }
    }
    return new TimesOptions(base, now, only, rounds, millis);
  }

  private static int number(String option, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw refused(option + " " + text);
    }
    throw refused(option + " " + text);
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("not understood: " + what + "\n" + USAGE);
  }
}
