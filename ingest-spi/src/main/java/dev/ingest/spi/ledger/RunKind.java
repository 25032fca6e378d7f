package dev.ingest.spi.ledger;

/** Why a sequence passes through a pipeline. */
public enum RunKind {
  /** What the state of the sequence is about; a replacement run that was published becomes it. */
  PRIMARY,
  /** Beside what is published, to replace it: a backfill or repair. */
  REPLACEMENT,
  /** Beside what is published, to be compared with it; never published. */
  SHADOW
}
