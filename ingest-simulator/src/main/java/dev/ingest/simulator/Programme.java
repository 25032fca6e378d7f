package dev.ingest.simulator;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The reliability programme as one command: runs its rows that are code of this module, prints one
 * table, and ends with 0 if every promise was kept, 1 if one was broken or a row ran nothing, and 2
 * if it does not understand its arguments.
 *
 * <p>Without arguments it does what every change passes; {@code --minutes N} as much as fits into
 * that time, {@code --seed N} begins at another seed, and {@code --row T3} does that row alone,
 * with the whole of the time. {@code --replay FAULTS} tells one passage as a story, with the faults
 * of a violation in the table.
 */
public final class Programme {

  private static final String MINUTES = "--minutes";
  private static final String SEED = "--seed";
  private static final String THREADS = "--threads";
  private static final String ROW = "--row";
  private static final String REPLAY = "--replay";
  private static final long MOST_MINUTES = Duration.ofDays(30).toMinutes();
  private static final int MOST_THREADS = 256;
  private static final Set<String> OPTIONS = Set.of(MINUTES, SEED, THREADS, ROW, REPLAY);
  private static final String USAGE =
      "usage: Programme [--minutes N] [--seed N] [--threads N] [--row T1|T2|T3]"
          + " | Programme --replay FAULTS";

  private Programme() {}

  /**
   * Runs, and ends the process.
   *
   * @param arguments as above
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(arguments, Sabotage.NONE, out));
  }

  static int run(String[] arguments, Sabotage sabotage, PrintStream out)
      throws InterruptedException {
    Map<String, String> options;
    long seed;
    int threads;
    ProgrammeSize size;
    List<String> rows;
    List<PlannedFault> faults = new ArrayList<>();
    try {
      options = options(List.of(arguments));
      seed = Long.parseLong(options.getOrDefault(SEED, "1"));
      threads = Integer.parseInt(options.getOrDefault(THREADS, "" + Workers.number()));
      if (threads < 1 || threads > MOST_THREADS) {
        throw new IllegalArgumentException(THREADS + " is 1 to " + MOST_THREADS);
      }
      size = size(options);
      rows = options.containsKey(ROW) ? List.of(options.getOrDefault(ROW, "")) : ProgrammeRows.ALL;
      if (!ProgrammeRows.ALL.containsAll(rows)) {
        throw new IllegalArgumentException(ROW + " is one of " + ProgrammeRows.ALL);
      }
      if (options.containsKey(REPLAY)) {
        faults.addAll(PlannedFault.parse(options.getOrDefault(REPLAY, "")));
        if (faults.stream().map(PlannedFault::point).distinct().count() < faults.size()) {
          throw new IllegalArgumentException("two faults at one call");
        }
      }
    } catch (IllegalArgumentException e) {
      out.println(e.getMessage());
      out.println(USAGE);
      return 2;
    }
    return options.containsKey(REPLAY)
        ? replay(faults, sabotage, out)
        : run(new ProgrammeRows(size, rows, seed, threads, sabotage, System::nanoTime), seed, out);
  }

  static int run(ProgrammeRows programme, long seed, PrintStream out) throws InterruptedException {
    List<ProgrammeRow> rows = programme.run();
    out.println(ProgrammeTable.of(rows, seed, programme.took()));
    return rows.stream().allMatch(ProgrammeRow::isKept) ? 0 : 1;
  }

  private static int replay(List<PlannedFault> faults, Sabotage sabotage, PrintStream out) {
    try {
      Passage.Report report = Passage.run(faults, sabotage, out);
      out.println("struck " + report.struck() + ", ends " + report.state());
      return 0;
    } catch (PassageFailure e) {
      out.println(e.getMessage());
      return 1;
    }
  }

  private static ProgrammeSize size(Map<String, String> options) {
    if (!options.containsKey(MINUTES)) {
      return ProgrammeSize.CI;
    }
    long minutes = Long.parseLong(options.getOrDefault(MINUTES, ""));
    if (minutes < 1 || minutes > MOST_MINUTES) {
      throw new IllegalArgumentException(MINUTES + " is 1 to " + MOST_MINUTES + ", not " + minutes);
    }
    return ProgrammeSize.within(Duration.ofMinutes(minutes));
  }

  private static Map<String, String> options(List<String> arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      if (!OPTIONS.contains(name) || i + 1 == arguments.size()) {
        throw new IllegalArgumentException(
            OPTIONS.contains(name) ? name + " has no value" : name + " is no option");
      }
      options.put(name, arguments.get(i + 1));
    }
    return options;
  }
}
