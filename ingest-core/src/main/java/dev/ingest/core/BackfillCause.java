package dev.ingest.core;

/**
 * Why an id of a backfill has failed, where it is not the failure of its run, whose code is that of
 * the sequence. Stable names.
 */
public enum BackfillCause {
  /** Its raw bytes are gone: nothing can be made of it but by a re-upload. */
  UNRECOVERABLE,
  /** Another run than this backfill's was started after it; what that made does not count. */
  SUPERSEDED,
  /** Someone ended its replacement run; what was published before stays. */
  RUN_CANCELLED,
  /** The lifecycle refused the start. */
  START_REFUSED,
  /** More different causes than a backfill tells apart. */
  OTHER
}
