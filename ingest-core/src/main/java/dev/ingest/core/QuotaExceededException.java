package dev.ingest.core;

import dev.ingest.spi.IngestException;

/** A limit or the owner's quota does not allow the upload. Nothing more was taken. */
public final class QuotaExceededException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public QuotaExceededException(String message) {
    super(message);
  }
}
