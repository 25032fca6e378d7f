package dev.ingest.spi.ledger;

import dev.ingest.spi.IngestException;

/**
 * A ledger could not do, or does not know whether it did, what it was asked. The effect of every
 * element of the call is unknown; submitting the same elements again is safe.
 */
public class LedgerException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message the adapter, what was attempted, expected, actual and what to do
   */
  public LedgerException(String message) {
    super(message);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message the adapter, what was attempted, expected, actual and what to do
   * @param cause the error underneath
   */
  public LedgerException(String message, Throwable cause) {
    super(message, cause);
  }
}
