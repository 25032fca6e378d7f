package dev.ingest.core.engine;

import dev.ingest.spi.IngestException;

/** A driver's tick did not do, or does not know whether it did, all it began; the next goes on. */
public final class IncompleteTickException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** Whether it ended because the node stops, which is no failure. */
  private final boolean isStopping;

  IncompleteTickException(String message) {
    this(message, false);
  }

  IncompleteTickException(String message, Throwable cause) {
    super(message, cause);
    this.isStopping = false;
  }

  private IncompleteTickException(String message, boolean isStopping) {
    super(message);
    this.isStopping = isStopping;
  }

  /** Says that a long tick ended between two steps because the node stops, which is no failure. */
  static IncompleteTickException stopping() {
    return new IncompleteTickException(
        "the node stops; another goes on, or this one next time", true);
  }

  boolean isStopping() {
    return isStopping;
  }
}
