package dev.ingest.spi.ledger;

/** Why a sequence passes through a pipeline. */
public enum RunKind {
  /** To be published for the first time. */
  PRIMARY,
  /** To replace what is published: a backfill or repair. */
  REPLACEMENT,
  /** To be compared; never published. */
  SHADOW
}
