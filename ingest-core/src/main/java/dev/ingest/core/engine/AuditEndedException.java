package dev.ingest.core.engine;

import java.util.function.Supplier;

/**
 * Ends all that still goes on of an audit, since its listener threw something or one of its ranges
 * did. Is taken for no error of what is being read, and never leaves the audit: its caller gets
 * what was thrown.
 */
final class AuditEndedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final Throwable reason;

  AuditEndedException(Throwable reason) {
    super("the audit has ended", reason);
    this.reason = reason;
  }

  /** Returns what ended it. */
  Throwable reason() {
    return reason;
  }

  /** Does some work, and throws what ended it as it was thrown. */
  static <T> T unwrapped(Supplier<T> work) {
    try {
      return work.get();
    } catch (AuditEndedException e) {
      throw raised(e.reason());
    }
  }

  /** Throws an error; returns anything else as it can be thrown. */
  static RuntimeException raised(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception
        ? exception
        : new IllegalStateException("the audit ended by what nobody declares to throw", thrown);
  }
}
