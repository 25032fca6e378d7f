package dev.ingest.spi.ledger;

/**
 * What was configured leads to no ledger: its URI is malformed, or its server refuses the role, the
 * password or the database. Nothing was opened, and trying again does not help.
 */
public final class LedgerConfigurationException extends LedgerException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message where the ledger was to be, without a password, what is wrong and what to do
   */
  public LedgerConfigurationException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message where the ledger was to be, without a password, what is wrong and what to do
   * @param cause the error underneath
   */
  public LedgerConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
