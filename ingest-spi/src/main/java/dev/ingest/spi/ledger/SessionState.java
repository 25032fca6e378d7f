package dev.ingest.spi.ledger;

/** Where an upload session stands. */
public enum SessionState {
  /** Taking bytes. */
  OPEN,
  /** Its sequence was accepted; its keys hold the raw bytes. */
  ACCEPTED,
  /** Given up; its bytes may be deleted, and it can never be accepted. */
  ABANDONED
}
