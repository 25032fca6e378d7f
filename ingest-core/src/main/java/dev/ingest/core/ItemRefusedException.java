package dev.ingest.core;

import dev.ingest.spi.IngestException;

/**
 * An item is not taken, or a sequence without items not submitted; {@link #reason()} says why. The
 * item was not stored; the upload stays open for the right ones.
 */
public final class ItemRefusedException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** Why an item is not taken. */
  public enum Reason {
    /** The bytes are not those that were announced, or recorded under this name before. */
    OTHER_BYTES,
    /** The name, or one that a file system could take for it, is taken in this sequence. */
    NAME_TAKEN,
    /** The item or the sequence would be larger than {@link IntakeLimits} allow. */
    OVER_LIMIT,
    /** There is no item to submit. */
    NO_ITEMS
  }

  /** Why it is not taken. */
  private final Reason reason;

  /**
   * Creates the error.
   *
   * @param reason why it is not taken
   * @param message what happened, expected, actual and what to do
   */
  public ItemRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Tells why the item is not taken.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
