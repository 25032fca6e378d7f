package dev.ingest.spi;

/**
 * The root of every error that Ingest raises on purpose.
 *
 * <p>Messages name the sequence or key, the adapter, what was expected, what was found and what to
 * do next. They never carry content bytes or credentials.
 */
public abstract class IngestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an error without a cause.
   *
   * @param message what happened and what to do
   */
  protected IngestException(String message) {
    super(message);
  }

  /**
   * Creates an error with its cause.
   *
   * @param message what happened and what to do
   * @param cause the error underneath
   */
  protected IngestException(String message, Throwable cause) {
    super(message, cause);
  }
}
