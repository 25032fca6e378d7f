package dev.ingest.core.lifecycle;

/** The stable names of the alerts that the lifecycle raises. */
public enum AlertCode {
  /** A sequence is FAILED: its raw bytes are held; redrive, re-upload or discard it. */
  SEQUENCE_FAILED,
  /** A sequence was not verified by its deadline: find what holds it up. */
  SEQUENCE_OVERDUE,
  /** An overdue sequence was verified after all; nothing to do. */
  SEQUENCE_RECOVERED,
  /** A sequence comes near its expiry unverified: act before the time that the message names. */
  SEQUENCE_AT_RISK,
  /** A verification came to no conclusion; it is asked again. */
  VERIFICATION_UNKNOWN,
  /** A sequence is being discarded, by whom and why the message says. */
  SEQUENCE_DISCARDING,
  /** A result was found damaged after its raw bytes expired: ask the owner to upload it again. */
  SEQUENCE_LOST,
  /** Raw bytes are past expiry and stay, since the result that replaces them could not be read. */
  EXPIRY_UNPROVEN,
  /** The ledger's time cannot be believed, so nothing is deleted: mend the clock or confirm it. */
  CLOCK_UNCERTAIN,
  /** The ledger's time is believed again; nothing to do. */
  CLOCK_AGREES,
  /** The ledger was restored or failed over: look for acceptances it does not know, and confirm. */
  INCARNATION_CHANGED,
  /** The ledger's incarnation was confirmed; nothing to do. */
  INCARNATION_CONFIRMED
}
