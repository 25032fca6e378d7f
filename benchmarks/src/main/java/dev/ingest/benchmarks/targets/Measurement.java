package dev.ingest.benchmarks.targets;

import java.util.List;

/** Something that is measured in one go, for one target or several. */
interface Measurement {

  /** Names it for the options. */
  String name();

  /** The targets that it has figures for. */
  List<Target> targets();

  /**
   * Measures.
   *
   * @return what became of each target, in their order
   * @throws NotRunException if this machine lacks something
   * @throws Exception if the measurement, or what it measures, fails
   */
  List<? extends Outcome> measure(Effort effort) throws Exception;
}
