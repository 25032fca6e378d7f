package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.Optional;

/**
 * One passage of a sequence through a pipeline.
 *
 * @param epoch 1 for the first; raised by each redrive, re-upload, replacement and shadow
 * @param kind why it runs
 * @param pipeline the pinned pipeline
 * @param stage the stage that is due or running; empty when all are done
 * @param attempts attempts charged to that stage (or, when all are done, to verification)
 * @param output what the last completed stage sealed; the candidate when all are done
 * @param backfill in whose name it runs, 1 to {@link #MAX_BACKFILL} characters; empty if in none's
 */
public record Run(
    int epoch,
    RunKind kind,
    PipelineRef pipeline,
    Optional<StageRef> stage,
    int attempts,
    Optional<SealedOutput> output,
    Optional<String> backfill) {

  /** The longest name of a backfill, in characters. */
  public static final int MAX_BACKFILL = 64;

  /**
   * Validates the counts and the name.
   *
   * @param epoch 1 for the first
   * @param kind why it runs
   * @param pipeline the pinned pipeline
   * @param stage the stage that is due or running
   * @param attempts attempts charged to that stage
   * @param output what the last completed stage sealed
   * @param backfill in whose name it runs
   */
  public Run {
    Names.atLeast(epoch, 1, "an epoch");
    Names.atLeast(attempts, 0, "a count of attempts");
    backfill.ifPresent(name -> Names.bounded(name, MAX_BACKFILL, "a backfill's name"));
    if (backfill.filter(String::isEmpty).isPresent()) {
      throw new InvalidValueException(Kind.TEXT, "", "a backfill's name has 1 character or more");
    }
  }

  /**
   * Creates a run in no backfill's name.
   *
   * @param epoch 1 for the first
   * @param kind why it runs
   * @param pipeline the pinned pipeline
   * @param stage the stage that is due or running
   * @param attempts attempts charged to that stage
   * @param output what the last completed stage sealed
   */
  public Run(
      int epoch,
      RunKind kind,
      PipelineRef pipeline,
      Optional<StageRef> stage,
      int attempts,
      Optional<SealedOutput> output) {
    this(epoch, kind, pipeline, stage, attempts, output, Optional.empty());
  }

  /**
   * Makes a run that is due for its first stage.
   *
   * @param epoch 1 for the first
   * @param kind why it runs
   * @param pipeline the pinned pipeline
   * @param first the first stage
   * @return the run, without attempts and output, in no backfill's name
   */
  public static Run begin(int epoch, RunKind kind, PipelineRef pipeline, StageRef first) {
    return new Run(epoch, kind, pipeline, Optional.of(first), 0, Optional.empty());
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
    return new Run(epoch, kind, pipeline, stage, count, output, backfill);
  }

  /**
   * Copies this run, moved on past a stage, with no attempts charged yet.
   *
   * @param next the next stage, or empty when all are done
   * @param sealed what the completed stage sealed
   * @return the copy
   */
  public Run movedTo(Optional<StageRef> next, SealedOutput sealed) {
    return new Run(epoch, kind, pipeline, next, 0, Optional.of(sealed), backfill);
  }

  /**
   * Copies this run as another kind.
   *
   * @param changed the kind
   * @return the copy
   */
  public Run as(RunKind changed) {
    return new Run(epoch, changed, pipeline, stage, attempts, output, backfill);
  }

  /**
   * Copies this run in a backfill's name.
   *
   * @param name the name, or empty for none's
   * @return the copy
   */
  public Run inNameOf(Optional<String> name) {
    return new Run(epoch, kind, pipeline, stage, attempts, output, name);
  }
}
