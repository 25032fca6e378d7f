package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * The upload session was abandoned, accepted by another, or resumed elsewhere, what it recorded is
 * not stored any more, or the ledger was restored from a backup under it; it can take nothing more.
 * Begin another upload.
 */
public final class UploadClosedException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public UploadClosedException(String message) {
    super(message);
  }
}
