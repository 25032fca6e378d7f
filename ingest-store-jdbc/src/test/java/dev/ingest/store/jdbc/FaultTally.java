package dev.ingest.store.jdbc;

import java.util.Map;
import java.util.TreeMap;

/** Counts what was told, by call, by fault and in all. */
final class FaultTally {

  private final Map<String, Map<String, Integer>> counts = new TreeMap<>();
  private int sum;

  void add(String call, Strike strike, String told) {
    sum++;
    count(call, told);
    count("fault " + strike.fault().name() + " " + strike.when() + lasting(strike), told);
    count("in all", told);
  }

  private static String lasting(Strike strike) {
    return strike.lasting() ? " lasting" : "";
  }

  private void count(String what, String told) {
    counts.computeIfAbsent(what, key -> new TreeMap<>()).merge(told, 1, Integer::sum);
  }

  int sum() {
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((what, told) -> text.append(what).append(": ").append(told).append('\n'));
    return text.toString();
  }
}
