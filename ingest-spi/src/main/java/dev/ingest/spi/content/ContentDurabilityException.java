package dev.ingest.spi.content;

/**
 * The bytes were written but the store could not make sure that they survive a crash. They count as
 * not stored: write them again through a new writer, never repeat the sync alone.
 */
public final class ContentDurabilityException extends ContentException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the adapter, the key, expected, actual and what to do
   */
  public ContentDurabilityException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the adapter, the key, expected, actual and what to do
   * @param cause the error underneath
   */
  public ContentDurabilityException(String message, Throwable cause) {
    super(message, cause);
  }
}
