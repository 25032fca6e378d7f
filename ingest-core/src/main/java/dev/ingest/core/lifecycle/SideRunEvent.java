package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What can happen to a replacement or shadow run, and to the result that one has replaced, besides
 * what happens to every run.
 */
public sealed interface SideRunEvent extends Event {

  /**
   * Someone, or a backfill, has the raw bytes of a VERIFIED sequence pass through a pipeline beside
   * its published result, which stays as it is.
   *
   * @param runKind REPLACEMENT to take its place once proven, SHADOW to be compared with it
   * @param pipeline the pipeline
   * @param first its first stage
   * @param backfill in whose name, if a backfill's
   * @param by who and why
   */
  record Started(
      RunKind runKind,
      PipelineRef pipeline,
      StageRef first,
      Optional<String> backfill,
      Event.Act by)
      implements SideRunEvent {

    /**
     * Refuses a primary run.
     *
     * @param runKind why it runs
     * @param pipeline the pipeline
     * @param first its first stage
     * @param backfill in whose name
     * @param by who and why
     */
    public Started {
      if (runKind == RunKind.PRIMARY) {
        throw new InvalidValueException(
            InvalidValueException.Kind.TEXT,
            runKind.name(),
            "a run beside a published result is a REPLACEMENT or a SHADOW");
      }
    }

    @Override
    public EventKind kind() {
      return EventKind.SIDE_RUN_STARTED;
    }
  }

  /**
   * Someone ends the run beside the published result.
   *
   * @param by who and why
   */
  record Cancelled(Event.Act by) implements SideRunEvent {
    @Override
    public EventKind kind() {
      return EventKind.SIDE_RUN_CANCELLED;
    }
  }

  /**
   * The candidate of a replacement run was read back and everything passed: readers see it from now
   * on instead of the result before.
   *
   * @param observedRoot the root of what was read
   * @param provenAt when the reading began
   * @param keep how long the result before stays from now; 0 for not at all
   */
  record Replaced(Digest observedRoot, Instant provenAt, Duration keep) implements SideRunEvent {

    /**
     * Checks the time.
     *
     * @param observedRoot the root of what was read
     * @param provenAt when the reading began
     * @param keep how long the result before stays from now
     */
    public Replaced {
      if (keep.isNegative()) {
        throw new InvalidValueException(
            InvalidValueException.Kind.TIME,
            keep.toString(),
            "a superseded result stays for 0 or more");
      }
    }

    @Override
    public EventKind kind() {
      return EventKind.REPLACED;
    }
  }

  /**
   * The candidate of a shadow run was read back, everything passed, and it was compared with the
   * published result.
   *
   * @param observedRoot the root of what was read
   * @param isEqual whether the comparison found no difference
   * @param report what it found, in a few lines
   */
  record Compared(Digest observedRoot, boolean isEqual, String report) implements SideRunEvent {
    @Override
    public EventKind kind() {
      return EventKind.COMPARED;
    }
  }

  /** The time is over for which a superseded result stays. */
  record Released() implements SideRunEvent {
    @Override
    public EventKind kind() {
      return EventKind.SUPERSEDED_RELEASED;
    }
  }
}
