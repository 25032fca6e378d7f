package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * This attempt should stop: its lease is lost or the engine is stopping. Nothing it emitted will be
 * used.
 */
public final class StageCancelledException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public StageCancelledException(String message) {
    super(message);
  }
}
