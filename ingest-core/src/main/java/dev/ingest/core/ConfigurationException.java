package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * The configuration cannot keep the promise; the message lists every mismatch. Nothing was started.
 */
public final class ConfigurationException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public ConfigurationException(String message) {
    super(message);
  }
}
