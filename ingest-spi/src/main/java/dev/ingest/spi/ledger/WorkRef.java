package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * A kind of work that a node can do: one stage of a pipeline, or the verification of its results.
 *
 * @param pipeline the pipeline's name
 * @param stage the stage; empty for verification of PROCESSED entries and of candidates of runs
 *     beside
 */
public record WorkRef(String pipeline, Optional<StageRef> stage) {

  /**
   * Validates the name.
   *
   * @param pipeline the pipeline's name
   * @param stage the stage
   */
  public WorkRef {
    Names.name(pipeline, "a pipeline name");
  }
}
