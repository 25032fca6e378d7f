package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * The marks on an entry, which are not states.
 *
 * @param overdue whether the deadline passed unverified and was told
 * @param escalations the level at which the coming expiry of the unverified sequence was told last,
 *     0 to {@link #MAX_ESCALATIONS}; 0 while it is not at risk. Each level is told once, and a
 *     level that was passed in silence is not made up for
 * @param leftovers whether bytes may be stored that nothing refers to any more
 * @param hold the hold, if one is placed
 * @param failure why the sequence is FAILED or LOST, or why it was before it was readmitted
 */
public record Standing(
    boolean overdue,
    int escalations,
    boolean leftovers,
    Optional<Hold> hold,
    Optional<Failure> failure) {

  /** The highest level of escalation. */
  public static final int MAX_ESCALATIONS = 16;

  /** No marks. */
  public static final Standing CLEAR =
      new Standing(false, 0, false, Optional.empty(), Optional.empty());

  /**
   * Validates the level.
   *
   * @param overdue whether the deadline passed unverified and was told
   * @param escalations the level at which the coming expiry was told last
   * @param leftovers whether bytes may be stored that nothing refers to any more
   * @param hold the hold, if one is placed
   * @param failure why the sequence is FAILED or LOST, or why it was
   */
  public Standing {
    Names.atLeast(escalations, 0, "a level of escalation");
    Names.atMost(escalations, MAX_ESCALATIONS, "a level of escalation");
  }

  /**
   * Tells whether the coming expiry was told at any level.
   *
   * @return whether it is at risk
   */
  public boolean isAtRisk() {
    return escalations > 0;
  }

  /**
   * Copies with the overdue mark.
   *
   * @param mark the mark
   * @return the copy
   */
  public Standing withOverdue(boolean mark) {
    return new Standing(mark, escalations, leftovers, hold, failure);
  }

  /**
   * Copies with another level of escalation.
   *
   * @param level the level, 0 to {@link #MAX_ESCALATIONS}
   * @return the copy
   */
  public Standing withEscalations(int level) {
    return new Standing(overdue, level, leftovers, hold, failure);
  }

  /**
   * Copies with the leftovers mark.
   *
   * @param mark the mark
   * @return the copy
   */
  public Standing withLeftovers(boolean mark) {
    return new Standing(overdue, escalations, mark, hold, failure);
  }

  /**
   * Copies with or without a hold.
   *
   * @param placed the hold
   * @return the copy
   */
  public Standing withHold(Optional<Hold> placed) {
    return new Standing(overdue, escalations, leftovers, placed, failure);
  }

  /**
   * Copies with or without a failure.
   *
   * @param cause the failure
   * @return the copy
   */
  public Standing withFailure(Optional<Failure> cause) {
    return new Standing(overdue, escalations, leftovers, hold, cause);
  }
}
