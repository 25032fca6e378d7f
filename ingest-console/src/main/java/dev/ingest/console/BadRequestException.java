package dev.ingest.console;

import dev.ingest.spi.IngestException;

/** A request that is answered with an error, since it is not as it must be, or may not be done. */
final class BadRequestException extends IngestException {

  private static final long serialVersionUID = 1L;

  private final int status;

  BadRequestException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
