package dev.ingest.core;

/** How far a backfill is. Stable: phases may be added, none is renamed. */
public enum BackfillPhase {
  /** The ids of a file are being written into the list. */
  COLLECTING,
  /** The ledger is being read for what is selected. */
  LISTING,
  /** The list is complete and cannot change; raw bytes are being held, page by page. */
  HOLDING,
  /** Frozen: the list stands, everything on it that has raw bytes is held. Nothing runs yet. */
  FROZEN,
  /** Runs are being started, and looked after until they end. */
  RUNNING,
  /** No run is started until someone resumes; those under way end and are counted. */
  PAUSED,
  /** Everything was run; the outcomes are being compared with the list. */
  ENDING,
  /** Each id of the list is proven by this backfill's own run. */
  COMPLETE,
  /**
   * Some ids are not proven by this backfill's own run; their raw bytes stay held. Goes on as
   * ENDING if the router sends a run that failed another way, which may yet prove it.
   */
  INCOMPLETE,
  /** Someone cancelled it; holds are being released. */
  CANCELLING,
  /** Cancelled; no hold of it is left. */
  CANCELLED;

  /**
   * Tells whether nothing happens any more by itself, but for what an INCOMPLETE one may still
   * become when routes change.
   *
   * @return true for COMPLETE, INCOMPLETE and CANCELLED
   */
  public boolean isOver() {
    return switch (this) {
      case COMPLETE, INCOMPLETE, CANCELLED -> true;
      case COLLECTING, LISTING, HOLDING, FROZEN, RUNNING, PAUSED, ENDING, CANCELLING -> false;
    };
  }

  /**
   * Tells whether the list is not frozen yet.
   *
   * @return true for COLLECTING, LISTING and HOLDING
   */
  public boolean isFreezing() {
    return switch (this) {
      case COLLECTING, LISTING, HOLDING -> true;
      case FROZEN, RUNNING, PAUSED, ENDING, COMPLETE, INCOMPLETE, CANCELLING, CANCELLED -> false;
    };
  }

  /**
   * Tells whether a working engine moves it on without anybody deciding.
   *
   * @return true for RUNNING, ENDING and CANCELLING
   */
  public boolean isAtWork() {
    return switch (this) {
      case RUNNING, ENDING, CANCELLING -> true;
      case COLLECTING, LISTING, HOLDING, FROZEN, PAUSED, COMPLETE, INCOMPLETE, CANCELLED -> false;
    };
  }
}
