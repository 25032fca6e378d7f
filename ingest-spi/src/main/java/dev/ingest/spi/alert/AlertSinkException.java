package dev.ingest.spi.alert;

import dev.ingest.spi.IngestException;

/**
 * A sink did not acknowledge a message; the destination may have it all the same. Sending the same
 * message again is safe.
 */
public final class AlertSinkException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the sink, what was attempted, expected, actual and what to do; no credentials
   */
  public AlertSinkException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the sink, what was attempted, expected, actual and what to do; no credentials
   * @param cause the error underneath
   */
  public AlertSinkException(String message, Throwable cause) {
    super(message, cause);
  }
}
