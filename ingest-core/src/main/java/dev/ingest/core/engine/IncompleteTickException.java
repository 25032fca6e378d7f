package dev.ingest.core.engine;

import dev.ingest.spi.IngestException;

/** A driver's tick did not do, or does not know whether it did, all it began; the next goes on. */
public final class IncompleteTickException extends IngestException {

  private static final long serialVersionUID = 1L;

  IncompleteTickException(String message) {
    super(message);
  }

  IncompleteTickException(String message, Throwable cause) {
    super(message, cause);
  }
}
