package dev.ingest.core;

import dev.ingest.spi.IngestException;

/** The sequence was accepted with other bytes before. Nothing was overwritten; use another id. */
public final class SequenceConflictException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public SequenceConflictException(String message) {
    super(message);
  }
}
