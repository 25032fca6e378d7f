package dev.ingest.benchmarks.targets;

/** What became of a target: a figure, or why there is none. */
sealed interface Outcome permits Figure, Outcome.Smaller, Outcome.NotRun, Outcome.Broken {

  /**
   * It was measured at a smaller size than the target's, which neither reaches nor misses it.
   *
   * @param figure what was measured
   * @param size at what size
   */
  record Smaller(Figure figure, String size) implements Outcome {}

  /**
   * It was not measured, which says nothing of the target.
   *
   * @param reason why
   */
  record NotRun(String reason) implements Outcome {}

  /**
   * It was to be measured and could not: the measurement is at fault, or what it measures.
   *
   * @param cause what was thrown
   */
  record Broken(Throwable cause) implements Outcome {}
}
