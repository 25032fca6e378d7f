package dev.ingest.spi.content;

/** The key is absent: the store knows that it has no such bytes. */
public final class ContentMissingException extends ContentException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the adapter, the key, expected, actual and what to do
   */
  public ContentMissingException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the adapter, the key, expected, actual and what to do
   * @param cause the error underneath
   */
  public ContentMissingException(String message, Throwable cause) {
    super(message, cause);
  }
}
