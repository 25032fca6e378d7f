package dev.ingest.simulator;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs seeds from the command line: {@code --seed N} tells one run as a story; {@code --from N
 * --seeds M} runs many and counts. {@code --sequences K} sets how many sequences a run has.
 */
public final class Simulate {

  static final int SEQUENCES = 50;

  private Simulate() {}

  /**
   * Runs.
   *
   * @param arguments {@code --seed}, {@code --from}, {@code --seeds}, {@code --sequences}, each
   *     with a number
   */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int sequences = (int) number(arguments, "--sequences", SEQUENCES);
    long seed = number(arguments, "--seed", Long.MIN_VALUE);
    if (seed != Long.MIN_VALUE) {
      Scenario scenario = Scenario.of(seed, sequences);
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
      total.addAll(Simulation.run(Scenario.of(next, sequences), Sabotage.NONE, null).tally());
      total.add("seeds");
    }
    out.println(total);
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
