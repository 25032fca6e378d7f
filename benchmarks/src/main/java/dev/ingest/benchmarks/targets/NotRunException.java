package dev.ingest.benchmarks.targets;

/** This machine lacks what a measurement needs. */
final class NotRunException extends Exception {

  private static final long serialVersionUID = 1L;

  NotRunException(String reason, Throwable cause) {
    super(reason, cause);
  }

  NotRunException(String reason) {
    super(reason);
  }
}
