package dev.ingest.spi.content;

/**
 * What was configured leads to no content store: its URI is malformed, or its server refuses the
 * role, the password or the database. Nothing was opened, and trying again does not help.
 */
public final class ContentConfigurationException extends ContentException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message where the bytes were to be, without a password, what is wrong and what to do
   */
  public ContentConfigurationException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message where the bytes were to be, without a password, what is wrong and what to do
   * @param cause the error underneath
   */
  public ContentConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
