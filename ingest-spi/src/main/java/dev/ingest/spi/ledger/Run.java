package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * One passage of a sequence through a pipeline.
 *
 * @param epoch 1 for the first; raised by each redrive and re-upload
 * @param kind why it runs
 * @param pipeline the pinned pipeline
 * @param stage the stage that is due or running; empty when all are done
 * @param attempts attempts charged to that stage (or, when all are done, to verification)
 * @param output what the last completed stage sealed; the candidate when all are done
 */
public record Run(
    int epoch,
    RunKind kind,
    PipelineRef pipeline,
    Optional<StageRef> stage,
    int attempts,
    Optional<SealedOutput> output) {

  /**
   * Validates the counts.
   *
   * @param epoch 1 for the first; raised by each redrive and re-upload
   * @param kind why it runs
   * @param pipeline the pinned pipeline
   * @param stage the stage that is due or running
   * @param attempts attempts charged to that stage
   * @param output what the last completed stage sealed
   */
  public Run {
    Names.atLeast(epoch, 1, "an epoch");
    Names.atLeast(attempts, 0, "a count of attempts");
  }

  /**
   * Names the work that is due.
   *
   * @return the pipeline and stage
   */
  public WorkRef work() {
    return new WorkRef(pipeline.name(), stage);
  }

  /**
   * Copies this run with another count of attempts.
   *
   * @param count the new count
   * @return the copy
   */
  public Run withAttempts(int count) {
    return new Run(epoch, kind, pipeline, stage, count, output);
  }

  /**
   * Copies this run, moved on past a stage, with no attempts charged yet.
   *
   * @param next the next stage, or empty when all are done
   * @param sealed what the completed stage sealed
   * @return the copy
   */
  public Run movedTo(Optional<StageRef> next, SealedOutput sealed) {
    return new Run(epoch, kind, pipeline, next, 0, Optional.of(sealed));
  }
}
