package dev.ingest.testkit.s3;

import java.io.IOException;

/** Leaves the handler, upon which the server closes the connection as it is. */
final class ConnectionDrop extends IOException {

  private static final long serialVersionUID = 1L;

  ConnectionDrop(String reason) {
    super(reason);
  }
}
