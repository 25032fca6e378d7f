package dev.ingest.spi.notice;

/** What an owner is told of a sequence. Kinds may be added, none is renamed. */
public enum NoticeKind {
  /**
   * It was accepted: its bytes are kept, and a receipt is out. Also of a re-upload that repairs.
   */
  ACCEPTED,
  /** Its result is verified and published. */
  PUBLISHED,
  /** It was not verified by its deadline. Nothing is lost, and its processing goes on. */
  DELAYED,
  /** Its processing failed. Nothing is lost: what was sent is kept for a repair. */
  FAILED,
  /** Its result is verified and published after it had failed, was lost, or was discarded. */
  REPAIRED,
  /**
   * Its result was found damaged after its raw bytes had expired: only a re-upload brings it back.
   */
  LOST,
  /** It was given up: its bytes are deleted, its result is withdrawn, a record of both stays. */
  DISCARDED
}
