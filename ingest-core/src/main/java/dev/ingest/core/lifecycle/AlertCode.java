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
  SEQUENCE_LOST
}
