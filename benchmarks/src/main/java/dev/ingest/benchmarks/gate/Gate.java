package dev.ingest.benchmarks.gate;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Counts what the hot path asks of others: round trips, requests, syncs, and bytes of the heap.
 * Times vary from machine to machine and counts do not, so that one that is higher than what is
 * written down ends the build, and one that is lower asks to be written down.
 */
public final class Gate {

  private static final int DIFFERS = 1;
  private static final int NOT_UNDERSTOOD = 2;

  private Gate() {}

  /**
   * Counts, and compares or writes down.
   *
   * @param arguments the options, which an unknown one lists
   * @throws Exception if something cannot be counted
   */
  public static void main(String[] arguments) throws Exception {
    GateOptions options;
    try {
      options = GateOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(NOT_UNDERSTOOD);
      return;
    }
    System.exit(run(options, System.out) ? 0 : DIFFERS);
  }

  /** Returns whether nothing is more than is written down. */
  static boolean run(GateOptions options, PrintStream out) throws Exception {
    TreeMap<String, Long> counted = new TreeMap<>();
    for (Counter counter : options.only()) {
      for (Count count : counter.measure()) {
        counted.put(count.name(), count.value());
      }
    }
    if (options.write()) {
      TreeMap<String, Long> all =
          options.only().size() == Counter.values().length
              ? new TreeMap<>()
              : Baseline.read(options.baseline()).counts();
      all.keySet().removeIf(name -> isAsked(options, name));
      all.putAll(counted);
      new Baseline(all).write(options.baseline());
      out.printf("%d counts are written down in %s%n", counted.size(), options.baseline());
      return true;
    }
    return report(findings(options, Baseline.read(options.baseline()).counts(), counted), out);
  }

  private static boolean isAsked(GateOptions options, String name) {
    return options.only().stream().anyMatch(counter -> counter.owns(name));
  }

  static List<Finding> findings(
      GateOptions options, Map<String, Long> before, Map<String, Long> now) {
    return Stream.of(before, now)
        .flatMap(counts -> counts.keySet().stream())
        .filter(name -> isAsked(options, name))
        .collect(TreeSet<String>::new, TreeSet::add, TreeSet::addAll)
        .stream()
        .map(name -> new Finding(name, before.get(name), now.get(name)))
        .toList();
  }

  static boolean report(List<Finding> findings, PrintStream out) {
    out.println("| count | written down | now | |");
    out.println("|---|---|---|---|");
    findings.forEach(finding -> out.println(finding.row()));
    long failed = findings.stream().filter(finding -> finding.verdict().fails()).count();
    out.printf("%n%d counts, %d of them not as they should be.%n", findings.size(), failed);
    return failed == 0;
  }
}
