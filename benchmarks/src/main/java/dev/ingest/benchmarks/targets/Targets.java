package dev.ingest.benchmarks.targets;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints the table of targets: each with its figure, beside what was measured in the same run, and
 * whether the limit is reached. A target that is missed is no error, since machines differ; a
 * measurement that breaks is one.
 */
public final class Targets {

  private static final int BROKEN = 1;
  private static final int NOT_UNDERSTOOD = 2;

  private Targets() {}

  /**
   * Measures and prints.
   *
   * @param arguments the options, which an unknown one lists
   * @throws IOException if the machine cannot be described
   */
  public static void main(String[] arguments) throws IOException {
    List<Measurement> all = measurements();
    TargetsOptions options;
    try {
      options = TargetsOptions.parse(names(all, growing()), arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(NOT_UNDERSTOOD);
      return;
    }
    System.exit(run(all, growing(), options, System.out) ? 0 : BROKEN);
  }

  /** All measurements; those that want the least time come first. */
  static List<Measurement> measurements() {
    return List.of(
        new DecisionTargets(),
        new LargeItemTargets(),
        new ManyItemTargets(),
        new VerificationTargets(),
        new EmbeddedTargets(),
        new LedgerTargets(),
        new OpenEntryTargets());
  }

  /** What is plotted by its size. */
  static List<Growing> growing() {
    return List.of(
        new SizesByHarness.Items(),
        new SizesByHarness.Sequences(),
        new LedgerGrowth.Nodes(),
        new LedgerGrowth.Rows());
  }

  static Set<String> names(List<Measurement> measurements, List<Growing> growing) {
    return Stream.concat(
            measurements.stream().map(Measurement::name), growing.stream().map(Growing::name))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Returns whether no measurement broke. */
  static boolean run(
      List<Measurement> all, List<Growing> growing, TargetsOptions options, PrintStream out)
      throws IOException {
    String load = Machine.load();
    Effort effort = Effort.of(options);
    Table table = new Table(out);
    table.head();
    for (Measurement measurement : all) {
      if (options.has(measurement.name())) {
        run(measurement, effort, options, table);
      }
    }
    table.end();
    boolean arePlotted = true;
    if (options.into().isPresent()) {
      Written written = new Written(options.into().get(), Machine.describe() + "; load " + load);
      if (!table.rows().isEmpty()) {
        written.table(table.rows());
      }
      arePlotted = plot(growing, effort, options, written, out);
    }
    out.printf(
        "%n%s; load %s before, %s after%s.%n",
        Machine.describe(),
        load,
        Machine.load(),
        options.isQuick() ? "; QUICK: these figures show that it works and no more" : "");
    return table.isWhole() && arePlotted;
  }

  private static boolean plot(
      List<Growing> growing,
      Effort effort,
      TargetsOptions options,
      Written written,
      PrintStream out) {
    boolean isWhole = true;
    for (Growing one : growing) {
      if (!options.has(one.name())) {
        continue;
      }
      try {
        if (effort.isOver()) {
          throw new NotRunException(over(options));
        }
        written.plot(one.name(), one.measure(effort));
        out.printf("%nPlotted: %s.", one.name());
      } catch (NotRunException e) {
        out.printf("%n%s did not run: %s.", one.name(), e.getMessage());
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        e.printStackTrace();
        out.printf("%nBROKEN: %s: %s.", one.name(), e);
        isWhole = false;
      }
    }
    out.println();
    return isWhole;
  }

  private static String over(TargetsOptions options) {
    return "the %d minutes were over".formatted(options.most().toMinutes());
  }

  private static void run(
      Measurement measurement, Effort effort, TargetsOptions options, Table table) {
    List<Target> targets = measurement.targets();
    if (effort.isOver()) {
      absent(targets, over(options), table);
      return;
    }
    try {
      List<? extends Outcome> figures = measurement.measure(effort);
      if (figures.size() != targets.size()) {
        throw new IllegalStateException(
            "%d figures for %d targets".formatted(figures.size(), targets.size()));
      }
      for (int i = 0; i < targets.size(); i++) {
        table.row(targets.get(i), figures.get(i));
      }
    } catch (NotRunException e) {
      absent(targets, String.valueOf(e.getMessage()), table);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      e.printStackTrace();
      targets.forEach(target -> table.row(target, new Outcome.Broken(e)));
    }
  }

  private static void absent(List<Target> targets, String reason, Table table) {
    targets.forEach(target -> table.row(target, new Outcome.NotRun(reason)));
  }
}
