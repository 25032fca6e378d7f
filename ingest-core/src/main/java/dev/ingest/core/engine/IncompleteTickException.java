package dev.ingest.core.engine;

import dev.ingest.spi.IngestException;

/** A driver's tick did not do, or does not know whether it did, all it began; the next goes on. */
public final class IncompleteTickException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** What was left of the tick. */
  private enum Extent {
    ALL_THAT_FOLLOWS,
    SOME_SEQUENCES,
    WHAT_WAITS_FOR_THE_NEXT_START
  }

  /** How much of the tick was left. */
  private final Extent extent;

  IncompleteTickException(String message) {
    this(message, Extent.ALL_THAT_FOLLOWS);
  }

  IncompleteTickException(String message, Throwable cause) {
    this(message, cause, Extent.ALL_THAT_FOLLOWS);
  }

  private IncompleteTickException(String message, Extent extent) {
    super(message);
    this.extent = extent;
  }

  private IncompleteTickException(String message, Throwable cause, Extent extent) {
    super(message, cause);
    this.extent = extent;
  }

  /** Says that a long tick ended between two steps because the node stops, which is no failure. */
  static IncompleteTickException stopping() {
    return new IncompleteTickException(
        "the node stops; another goes on, or this one next time",
        Extent.WHAT_WAITS_FOR_THE_NEXT_START);
  }

  /** Says what is not known of some sequences, whatever became of all the others. */
  static IncompleteTickException ofSome(String message, Throwable cause) {
    return new IncompleteTickException(message, cause, Extent.SOME_SEQUENCES);
  }

  static IncompleteTickException ofSome(String message) {
    return new IncompleteTickException(message, Extent.SOME_SEQUENCES);
  }

  boolean isStopping() {
    return extent == Extent.WHAT_WAITS_FOR_THE_NEXT_START;
  }

  boolean isOfSome() {
    return extent == Extent.SOME_SEQUENCES;
  }
}
