package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * A second thread called what one thread uses at a time, while a call of another was under way: an
 * {@link Upload}, or what a {@link StageContext} emits. Nothing was touched by the call that throws
 * this, and the one under way goes on.
 */
public final class ConcurrentUseException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public ConcurrentUseException(String message) {
    super(message);
  }
}
