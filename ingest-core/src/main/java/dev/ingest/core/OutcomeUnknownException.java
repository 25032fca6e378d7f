package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * Nobody knows yet whether the change took effect. Do not assume that it failed, and do not undo
 * anything: repeat the same call with the same sequence id, which is idempotent.
 */
public final class OutcomeUnknownException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public OutcomeUnknownException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what happened, expected, actual and what to do
   * @param cause the error underneath
   */
  public OutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
