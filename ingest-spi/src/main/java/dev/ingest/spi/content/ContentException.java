package dev.ingest.spi.content;

import dev.ingest.spi.IngestException;

/**
 * A content store could not do, or does not know whether it did, what it was asked. For a write or
 * a deletion the effect is unknown, unless a subtype says otherwise; repeating the same call is
 * safe.
 */
public class ContentException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the adapter, the key, expected, actual and what to do
   */
  public ContentException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the adapter, the key, expected, actual and what to do
   * @param cause the error underneath
   */
  public ContentException(String message, Throwable cause) {
    super(message, cause);
  }
}
