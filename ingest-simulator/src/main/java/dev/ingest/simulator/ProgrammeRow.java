package dev.ingest.simulator;

import java.util.List;
import java.util.Map;

/**
 * What became of one row of the programme.
 *
 * @param name the row
 * @param ran what was run, and how much of it
 * @param runs how many runs that were; 0 says nothing of the row
 * @param faults how often each kind of fault struck
 * @param violations broken promises in words, each with what repeats it; a part of them where there
 *     are many
 * @param broken how many runs broke a promise
 * @param seeds what repeats those, where runs have seeds: in order, and at most {@value #MAX_SEEDS}
 */
record ProgrammeRow(
    String name,
    String ran,
    long runs,
    Map<String, Long> faults,
    List<String> violations,
    long broken,
    List<Long> seeds) {

  /** The most seeds that are named. */
  static final int MAX_SEEDS = 200;

  /** Makes a row that tells each broken promise in words. */
  ProgrammeRow(
      String name, String ran, long runs, Map<String, Long> faults, List<String> violations) {
    this(name, ran, runs, faults, violations, violations.size(), List.of());
  }

  /** Tells whether something was run and every promise was kept. */
  boolean isKept() {
    return runs > 0 && broken == 0;
  }
}
