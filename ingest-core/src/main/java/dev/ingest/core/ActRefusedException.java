package dev.ingest.core;

import dev.ingest.spi.IngestException;

/** A recorded act does not apply to the sequence as it stands; nothing changed. */
public final class ActRefusedException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the sequence, its state, and what the act needs
   */
  public ActRefusedException(String message) {
    super(message);
  }
}
