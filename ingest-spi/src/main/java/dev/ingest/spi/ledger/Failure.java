package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * Why a sequence is FAILED or LOST.
 *
 * @param code a stable name such as {@code ATTEMPTS_EXHAUSTED}
 * @param stage the stage that failed, if one did
 * @param message what happened, at most 2,000 characters
 */
public record Failure(String code, Optional<StageRef> stage, String message) {

  /** The longest message, in characters. */
  public static final int MAX_MESSAGE = 2_000;

  /**
   * Validates the lengths.
   *
   * @param code a stable name such as {@code ATTEMPTS_EXHAUSTED}
   * @param stage the stage that failed
   * @param message what happened
   */
  public Failure {
    AlertRow.checkCode(code);
    Names.bounded(message, MAX_MESSAGE, "a failure message");
  }
}
