package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * A stage's word that no further attempt can succeed on these items; the sequence becomes FAILED.
 */
public final class PermanentStageException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public PermanentStageException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what happened, expected, actual and what to do
   * @param cause the error underneath
   */
  public PermanentStageException(String message, Throwable cause) {
    super(message, cause);
  }
}
