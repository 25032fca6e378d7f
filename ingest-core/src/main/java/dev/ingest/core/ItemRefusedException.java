package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * The bytes of an item are not what their sender announced, or break a limit. The item was not
 * stored; the upload stays open for the right ones.
 */
public final class ItemRefusedException extends IngestException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened, expected, actual and what to do
   */
  public ItemRefusedException(String message) {
    super(message);
  }
}
