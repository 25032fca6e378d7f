package dev.ingest.spi.content;

/**
 * The key holds other bytes than the ones put. The stored bytes stay as they were; this is certain.
 */
public final class ContentConflictException extends ContentException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the adapter, the key, expected, actual and what to do
   */
  public ContentConflictException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the adapter, the key, expected, actual and what to do
   * @param cause the error underneath
   */
  public ContentConflictException(String message, Throwable cause) {
    super(message, cause);
  }
}
