package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.Optional;

/**
 * What there is of a sequence beside its primary run and its published result; mostly nothing.
 *
 * @param run the replacement or shadow run that is under way beside the published result
 * @param superseded the result that was published before this one, while it stays
 * @param lastEpoch the highest epoch that such a run ever had, 0 if there was none; it is kept when
 *     the run has ended, so that no epoch is given twice
 */
public record Beside(Optional<Run> run, Optional<Superseded> superseded, int lastEpoch) {

  /** Nothing beside. */
  public static final Beside NONE = new Beside(Optional.empty(), Optional.empty(), 0);

  /**
   * Checks that the run is no primary one and has the highest epoch.
   *
   * @param run the replacement or shadow run that is under way
   * @param superseded the result that was published before this one
   * @param lastEpoch the highest epoch that such a run ever had
   */
  public Beside {
    Names.atLeast(lastEpoch, 0, "the highest epoch of the runs beside");
    if (run.filter(side -> side.kind() == RunKind.PRIMARY).isPresent()) {
      throw new InvalidValueException(
          Kind.TEXT, run.toString(), "a run beside the published result replaces or shadows it");
    }
    int highest = lastEpoch;
    if (run.filter(side -> side.epoch() != highest).isPresent()) {
      throw new InvalidValueException(
          Kind.NUMBER, run.toString(), "the run beside has the highest epoch, " + lastEpoch);
    }
  }

  /**
   * Copies with a run that begins or goes on.
   *
   * @param side the run; its epoch becomes the highest
   * @return the copy
   */
  public Beside withRun(Run side) {
    return new Beside(Optional.of(side), superseded, side.epoch());
  }

  /**
   * Copies without a run.
   *
   * @return the copy
   */
  public Beside withoutRun() {
    return new Beside(Optional.empty(), superseded, lastEpoch);
  }

  /**
   * Copies with or without a superseded result.
   *
   * @param result the result
   * @return the copy
   */
  public Beside withSuperseded(Optional<Superseded> result) {
    return new Beside(run, result, lastEpoch);
  }
}
