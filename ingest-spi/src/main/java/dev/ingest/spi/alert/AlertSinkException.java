package dev.ingest.spi.alert;

import dev.ingest.spi.IngestException;

/**
 * A sink did not acknowledge a message; the destination may have it all the same. Sending the same
 * message again is safe.
 */
public final class AlertSinkException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** Whether the destination has refused it for good. */
  private final boolean refusal;

  /**
   * Creates the error.
   *
   * @param message the sink, what was attempted, expected, actual and what to do; no credentials
   */
  public AlertSinkException(String message) {
    this(message, false);
  }

  private AlertSinkException(String message, boolean refusal) {
    super(message);
    this.refusal = refusal;
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the sink, what was attempted, expected, actual and what to do; no credentials
   * @param cause the error underneath
   */
  public AlertSinkException(String message, Throwable cause) {
    super(message, cause);
    this.refusal = false;
  }

  /**
   * Creates the error of a destination that answered, and does not take this message however often
   * it is sent. A digest that every sink refuses again and again is sent in a reduced form.
   *
   * @param message the sink, what was attempted, expected, actual and what to do; no credentials
   * @return the error
   */
  public static AlertSinkException refusal(String message) {
    return new AlertSinkException(message, true);
  }

  /**
   * Tells whether the destination answered that it does not take this message.
   *
   * @return false if it did not answer, or may take the message later
   */
  public boolean isRefusal() {
    return refusal;
  }
}
