package dev.ingest.simulator;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs seeds from the command line: {@code --seed N} tells one run as a story; {@code --from N
 * --seeds M} runs many and counts. {@code --sequences K} sets how many sequences a run has, which
 * otherwise depends on its seed.
 */
public final class Simulate {

  static final int SEQUENCES = 50;

  private static final int CROWD = 1_000;
  private static final int CROWD_EVERY = 7;

  private Simulate() {}

  /**
   * Returns how many sequences a run has in the programme. Most have few, so that faults meet often
   * for each; every seventh is a crowd, in which batches are large and most calls are of work.
   * Seven has no divisor in common with what else goes by the seed.
   */
  static int sequences(long seed) {
    return seed % CROWD_EVERY == 0 ? CROWD : SEQUENCES;
  }

  /**
   * Runs.
   *
   * @param arguments {@code --seed}, {@code --from}, {@code --seeds}, {@code --sequences}, each
   *     with a number
   */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    long sequences = number(arguments, "--sequences", 0);
    long seed = number(arguments, "--seed", Long.MIN_VALUE);
    if (seed != Long.MIN_VALUE) {
      Scenario scenario = scenario(seed, sequences);
      out.println(scenario);
      Simulation.Report report = Simulation.run(scenario, Sabotage.NONE, out);
      out.println(report.tally());
      out.println("trace " + report.hash());
      return;
    }
    long from = number(arguments, "--from", 1);
    long seeds = number(arguments, "--seeds", 100);
    Tally total = new Tally();
    for (long next = from; next < from + seeds; next++) {
      total.addAll(Simulation.run(scenario(next, sequences), Sabotage.NONE, null).tally());
      total.add("seeds");
    }
    out.println(total);
  }

  private static Scenario scenario(long seed, long sequences) {
    return Scenario.of(seed, sequences == 0 ? sequences(seed) : (int) sequences);
  }

  private static long number(String[] arguments, String name, long otherwise) {
    for (int i = 0; i < arguments.length - 1; i++) {
      if (arguments[i].equals(name)) {
        return Long.parseLong(arguments[i + 1]);
      }
    }
    return otherwise;
  }
}
