package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * The marks on an entry, which are not states.
 *
 * @param overdue whether the deadline passed unverified and was told
 * @param atRisk whether expiry came near unverified and was told
 * @param leftovers whether bytes may be stored that nothing refers to any more
 * @param hold the hold, if one is placed
 * @param failure why the sequence is FAILED or LOST, or why it was before it was readmitted
 */
public record Standing(
    boolean overdue,
    boolean atRisk,
    boolean leftovers,
    Optional<Hold> hold,
    Optional<Failure> failure) {

  /** No marks. */
  public static final Standing CLEAR =
      new Standing(false, false, false, Optional.empty(), Optional.empty());

  /**
   * Copies with the overdue mark.
   *
   * @param mark the mark
   * @return the copy
   */
  public Standing withOverdue(boolean mark) {
    return new Standing(mark, atRisk, leftovers, hold, failure);
  }

  /**
   * Copies with the at-risk mark.
   *
   * @param mark the mark
   * @return the copy
   */
  public Standing withAtRisk(boolean mark) {
    return new Standing(overdue, mark, leftovers, hold, failure);
  }

  /**
   * Copies with the leftovers mark.
   *
   * @param mark the mark
   * @return the copy
   */
  public Standing withLeftovers(boolean mark) {
    return new Standing(overdue, atRisk, mark, hold, failure);
  }

  /**
   * Copies with or without a hold.
   *
   * @param placed the hold
   * @return the copy
   */
  public Standing withHold(Optional<Hold> placed) {
    return new Standing(overdue, atRisk, leftovers, placed, failure);
  }

  /**
   * Copies with or without a failure.
   *
   * @param cause the failure
   * @return the copy
   */
  public Standing withFailure(Optional<Failure> cause) {
    return new Standing(overdue, atRisk, leftovers, hold, cause);
  }
}
