package dev.ingest.spi.ledger;

/** What a row of history records. The names are stable: they are hashed into the chain. */
public enum TransitionKind {
  /** The sequence entered the ledger. */
  ACCEPTED,
  /**
   * A re-upload of the same bytes repairs a failed, lost or discarded sequence. A hold that it
   * finds stays or ends, as it says.
   */
  READMITTED,
  /** A lease ended without word from its holder. */
  LEASE_LOST,
  /**
   * A stage sealed its output. This changes the entry's position, the run that is worked on, chain
   * and leftovers mark and nothing else, on which a ledger may rely.
   */
  STAGE_DONE,
  /** A stage failed in a way that another attempt may mend. */
  STAGE_RETRIED,
  /** A stage goes on in another system, which ends it later. */
  STAGE_PENDING,
  /** Read back, proven and published. */
  VERIFIED,
  /** A verification came to no conclusion and is due again. */
  VERIFICATION_UNKNOWN,
  /** Stopped; the row says why. */
  FAILED,
  /** The deadline passed before the sequence was verified. */
  OVERDUE,
  /** Expiry comes near before the sequence is verified. */
  AT_RISK,
  /** Marks were withdrawn that a clock which was ahead had set before their time. */
  TOLD_EARLY,
  /** Someone moved the deadline. */
  DEADLINE_EXTENDED,
  /** Someone placed a hold. */
  HELD,
  /** Someone released the hold. */
  RELEASED,
  /** Someone sent a sequence that failed, or was overdue, through a pipeline again. */
  REDRIVEN,
  /** A sequence left the pipeline that was rolled back, for another. */
  REROUTED,
  /**
   * Someone, or the strict policy, decided to discard the sequence. With it may end whatever the
   * entry has but its receipt and its history, also a hold; one that stays is there for a
   * re-upload.
   */
  DISCARDING,
  /** Its bytes are gone as decided. */
  DISCARDED,
  /**
   * Its raw bytes are to go, with fresh proof of the result. From VERIFIED this changes the entry's
   * position, the time of its proof, what was replaced, and chain and nothing else, on which a
   * ledger may rely. Whatever it says of the hold, a ledger takes none away by it: it refuses it,
   * or keeps the hold that is stored.
   */
  EXPIRING,
  /**
   * Its raw bytes are gone. From EXPIRING this changes the entry's position, the time of its proof,
   * what was replaced, and chain and nothing else, on which a ledger may rely. A hold stays as it
   * does with EXPIRING.
   */
  EXPIRED,
  /** The published result was found damaged after the raw bytes had expired. */
  LOST,
  /** Raw bytes that must be there were found damaged; the state stays as it is. */
  RAW_DAMAGED,
  /** Everything that must be stored was read back, and is whole. */
  PROOF_RENEWED,
  /** Bytes that nothing refers to any more were deleted. */
  LEFTOVERS_SWEPT,
  /** Someone, or a backfill, began a replacement or shadow run beside the published result. */
  SIDE_RUN_STARTED,
  /** A replacement run's candidate was read back, proven and published instead of the result. */
  REPLACED,
  /** A shadow run's candidate was read back and compared with the published result. */
  COMPARED,
  /** A replacement or shadow run stopped; the published result stays. */
  SIDE_RUN_FAILED,
  /** Someone ended a replacement or shadow run; the published result stays. */
  SIDE_RUN_CANCELLED,
  /** The time is over for which a replaced result stays. */
  SUPERSEDED_RELEASED
}
