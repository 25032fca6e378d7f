package dev.ingest.core;

import dev.ingest.spi.IngestException;

/** A token does not give the right to end a stage. Nothing took effect, and repeating is no use. */
public final class CompletionRefusedException extends IngestException {

  private static final long serialVersionUID = 1L;

  /** Why the token is refused. */
  private final Reason reason;

  /** Why a token is refused. */
  public enum Reason {
    /** It is no token, is not as it was made, or was made by another ledger. */
    UNKNOWN,
    /**
     * Its right is over: its time ran out and the stage was begun anew, or what it was for ended.
     */
    STALE
  }

  /**
   * Creates the error.
   *
   * @param reason why
   * @param message what happened, expected, actual and what to do; without the token
   */
  public CompletionRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Tells why, for an answer to the other system.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
