package dev.ingest.spi.ledger;

/** Where a sequence stands. The edges between states are the engine's lifecycle. */
public enum State {
  /** The receipt is out; due for its run's next stage. */
  ACCEPTED,
  /** Leased to a node that runs a stage. */
  PROCESSING,
  /** The last stage is done and the candidate sealed; nobody sees it yet. */
  PROCESSED,
  /** Read back, proven and published. */
  VERIFIED,
  /** Proven, past expiry, and committed to losing its raw bytes. */
  EXPIRING,
  /** The raw bytes are gone under a permit; entry, history and proof stay. */
  EXPIRED,
  /** Stopped, with raw bytes held, until someone redrives, re-uploads or discards. */
  FAILED,
  /** Committed to losing its bytes by a recorded decision. */
  DISCARDING,
  /** Gone by a recorded decision; entry and history stay. */
  DISCARDED,
  /** The result was found damaged after the raw bytes had expired. */
  LOST;

  /**
   * Tells whether the promise has been kept or explicitly ended by someone.
   *
   * @return true for VERIFIED, EXPIRING, EXPIRED and DISCARDED
   */
  public boolean isSettled() {
    return switch (this) {
      case VERIFIED, EXPIRING, EXPIRED, DISCARDED -> true;
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, LOST -> false;
    };
  }

  /**
   * Tells whether the engine is still working on the sequence by itself.
   *
   * @return true for ACCEPTED, PROCESSING and PROCESSED
   */
  public boolean isInFlight() {
    return switch (this) {
      case ACCEPTED, PROCESSING, PROCESSED -> true;
      case VERIFIED, EXPIRING, EXPIRED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }
}
