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
 * @param violations each broken promise, with what repeats it
 */
record ProgrammeRow(
    String name, String ran, long runs, Map<String, Long> faults, List<String> violations) {

  /** Tells whether something was run and every promise was kept. */
  boolean isKept() {
    return runs > 0 && violations.isEmpty();
  }
}
