package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.plots.Plot;

/** Something that is measured at ever larger sizes, and drawn. */
interface Growing {

  /** Names its files. */
  String name();

  /**
   * Measures.
   *
   * @throws NotRunException if this machine lacks something
   * @throws Exception if the measurement, or what it measures, fails
   */
  Plot measure(Effort effort) throws Exception;
}
