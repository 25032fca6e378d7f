package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * Stored bytes are not the bytes of their manifest. The message names the sequence and the item.
 */
public final class DamagedContentException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public DamagedContentException(String message) {
    super(message);
  }
}
