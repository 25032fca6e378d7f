package dev.ingest.simulator;

import java.time.Duration;
import java.util.Optional;

/**
 * How much of each row of the programme is done.
 *
 * @param acts how many acts of outsiders the exploration of two sequences allows
 * @param seeds how many seeds of the simulation, at most
 * @param singles how many single faults, at most
 * @param pairs how many pairs of faults, at most; those that there are if it is more
 * @param triples how many times three faults, at most
 * @param budget how long all of it may take, but for what is begun and cannot be cut; empty if it
 *     takes as long as it takes
 */
record ProgrammeSize(
    int acts, long seeds, long singles, long pairs, long triples, Optional<Duration> budget) {

  private static final long ALL = Long.MAX_VALUE;

  /** What every change should pass. */
  static final ProgrammeSize CI = new ProgrammeSize(1, 20, ALL, 1_000, 500, Optional.empty());

  /** Three acts reach every edge with two sequences, and take minutes. */
  private static final int ALL_ACTS = 3;

  private static final Duration FOR_ALL_ACTS = Duration.ofMinutes(30);
  private static final long ALL_TRIPLES = 1_000_000;

  /** Returns what fits into a budget. */
  static ProgrammeSize within(Duration budget) {
    int acts = budget.compareTo(FOR_ALL_ACTS) < 0 ? ALL_ACTS - 1 : ALL_ACTS;
    return new ProgrammeSize(acts, ALL, ALL, ALL, ALL_TRIPLES, Optional.of(budget));
  }
}
