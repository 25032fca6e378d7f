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
 */
record TimesOptions(Path base, Path now, String only, int rounds) {

  static final String USAGE =
      """
      --base JAR       benchmarks.jar of the commit to compare with
      --now JAR        benchmarks.jar of this one (benchmarks/target/benchmarks.jar)
      --only REGEX     which benchmarks (decisions, manifests of 1,000 items, and the bare digest)
      --rounds N       how often each jar runs, in turns, 3 to 100 (7)
      """;

  private static final String DEFAULT_ONLY = "LifecycleDecision|Manifest";
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 100;

  static TimesOptions parse(String... arguments) {
    Path base = Path.of("");
    Path now = Path.of("benchmarks", "target", "benchmarks.jar");
    String only = DEFAULT_ONLY;
    int rounds = 7;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--base" -> base = Path.of(value);
        case "--now" -> now = Path.of(value);
        case "--only" -> only = value;
        case "--rounds" -> rounds = rounds(value);
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
    return new TimesOptions(base, now, only, rounds);
  }

  private static int rounds(String text) {
    try {
      int rounds = Integer.parseInt(text);
      if (rounds >= LEAST_ROUNDS && rounds <= MOST_ROUNDS) {
        return rounds;
      }
    } catch (NumberFormatException e) {
      throw refused("--rounds " + text);
    }
    throw refused("--rounds " + text);
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("not understood: " + what + "\n" + USAGE);
  }
}
