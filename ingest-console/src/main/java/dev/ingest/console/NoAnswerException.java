package dev.ingest.console;

import dev.ingest.spi.IngestException;

/** The ledger was asked and has not answered in time, or too many questions wait for it already. */
final class NoAnswerException extends IngestException {

  private static final long serialVersionUID = 1L;

  NoAnswerException(String message) {
    super(message);
  }
}
