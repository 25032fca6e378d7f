package dev.ingest.benchmarks.costs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Prints what CI costs. {@code tests} has the modules and the slowest classes of the last run of
 * the tests, {@code steps FILE} the steps that {@code .ci/run} noted in a file, beside what they
 * may cost. Both read below the current folder, the root of the build.
 */
public final class Costs {

  private static final String USAGE = "usage: Costs tests | Costs steps FILE";
  private static final int SLOWEST = 25;
  private static final int NOT_UNDERSTOOD = 2;
  private static final int OVER = 3;
  private static final Path ROOT = Path.of("");
  private static final Path PAGE = Path.of("docs", "testing.md");

  private Costs() {}

  /**
   * Prints, and ends with 3 if the whole took longer than it may.
   *
   * @param arguments what is printed
   * @throws IOException if what it is printed from cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 1 && arguments[0].equals("tests")) {
      tests(TestClassCost.below(ROOT.toAbsolutePath()), System.out);
    } else if (arguments.length == 2 && arguments[0].equals("steps")) {
      List<StepCost> costs = StepCost.read(Path.of(arguments[1]));
      System.exit(steps(costs, Budget.read(PAGE), System.out) ? 0 : OVER);
    } else {
      System.err.println(USAGE);
      System.exit(NOT_UNDERSTOOD);
    }
  }

  static void tests(List<TestClassCost> costs, PrintStream out) {
    Map<String, Double> modules =
        costs.stream()
            .collect(
                Collectors.groupingBy(
                    TestClassCost::module,
                    TreeMap::new,
                    Collectors.summingDouble(TestClassCost::seconds)));
    out.println("| module | seconds of its classes of tests |");
    out.println("|---|---|");
    modules.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(module -> out.printf("| %s | %.0f |%n", module.getKey(), module.getValue()));
    out.println("\n| slowest classes | module | seconds |");
    out.println("|---|---|---|");
    costs.stream()
        .sorted(Comparator.comparingDouble(TestClassCost::seconds).reversed())
        .limit(SLOWEST)
        .forEach(
            cost -> out.printf("| %s | %s | %.0f |%n", cost.name(), cost.module(), cost.seconds()));
  }

  /**
   * Returns whether the whole took no longer than it may.
   *
   * @throws IOException if there is no line of the whole
   */
  static boolean steps(List<StepCost> costs, Budget budget, PrintStream out) throws IOException {
    StepCost whole =
        costs.stream()
            .filter(cost -> cost.step().equals(Budget.WHOLE))
            .findFirst()
            .orElseThrow(() -> new IOException("no step is " + Budget.WHOLE));
    out.println("| step | at most, s | took, s | of processors, s | |");
    out.println("|---|---|---|---|---|");
    for (StepCost cost : costs) {
      if (!cost.step().equals(Budget.WHOLE)) {
        Long most = budget.seconds().get(cost.step());
        String verdict = most == null ? "NOT IN THE TABLE" : cost.seconds() > most ? "OVER" : "";
        print(cost, most == null ? "" : "" + most, verdict, out);
      }
    }
    boolean isWithin = whole.seconds() <= budget.whole();
    print(whole, "" + budget.whole(), isWithin ? "" : "OVER", out);
    return isWithin;
  }

  private static void print(StepCost cost, String most, String verdict, PrintStream out) {
    out.printf(
        "| %s | %s | %d | %d | %s |%n",
        cost.step(), most, cost.seconds(), cost.processorSeconds(), verdict);
  }
}
