package dev.ingest.simulator;

import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.Map;
import java.util.TreeMap;

/** What happened in one or more runs, counted. */
final class Tally {

  private static final String FAULT = "fault ";

  private final Map<String, Long> counts = new TreeMap<>();

  void add(String what) {
    add(what, 1);
  }

  void add(String what, long count) {
    counts.merge(what, count, Long::sum);
  }

  void fault(FaultKind kind) {
    add(FAULT + kind);
  }

  void edge(TransitionKind kind, String from, State to) {
    add("edge " + kind + " " + from + " -> " + to);
  }

  void addAll(Tally other) {
    other.counts.forEach(this::add);
  }

  long count(String what) {
    return counts.getOrDefault(what, 0L);
  }

  long count(FaultKind kind) {
    return count(FAULT + kind);
  }

  /** Counts the distinct things that a text begins. */
  long distinct(String beginning) {
    return counts.keySet().stream().filter(what -> what.startsWith(beginning)).count();
  }

  /** Returns how often each kind of fault struck, wherever it did. */
  Map<String, Long> faults() {
    Map<String, Long> faults = new TreeMap<>();
    counts.forEach(
        (what, count) -> {
          if (what.startsWith(FAULT) && !what.contains(" at ")) {
            faults.put(what.substring(FAULT.length()), count);
          }
        });
    return faults;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((what, count) -> text.append("%,12d  %s%n".formatted(count, what)));
    return text.toString();
  }
}
