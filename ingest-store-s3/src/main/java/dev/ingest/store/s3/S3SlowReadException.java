package dev.ingest.store.s3;

import java.io.IOException;

/**
 * A read brought fewer bytes than its {@link S3ReadRate} asks for, each time it was begun anew.
 * What came before is right; nothing is known of the rest.
 */
public final class S3SlowReadException extends IOException {

  private static final long serialVersionUID = 1L;

  S3SlowReadException(String message) {
    super(message);
  }

  S3SlowReadException(String message, Throwable cause) {
    super(message, cause);
  }
}
