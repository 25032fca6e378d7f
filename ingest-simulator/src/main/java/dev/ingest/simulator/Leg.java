package dev.ingest.simulator;

/** A leg of the passage that a sequence makes: faults are placed by leg, call and occurrence. */
enum Leg {
  /** A node begins. */
  BEGINNING,
  /** A client uploads and submits; another upload is resumed and left open. */
  UPLOAD,
  /** The watchers that the other legs do not wait for look once. */
  WATCH,
  /** The first attempt at the first stage fails. */
  FAILED_ATTEMPT,
  /** Both stages run, under a lease that is renewed meanwhile. */
  WORK,
  /** The deadline passes. */
  DEADLINE,
  /** The result is read back and published. */
  VERIFICATION,
  /** Alerts are sent, and the owner is told. */
  TELLING,
  /** The open upload is given up, and what nothing refers to is deleted. */
  SWEEP,
  /** Everything is audited. */
  AUDIT,
  /** The published result is read again, and its proof dated anew. */
  SCRUB,
  /** The raw bytes expire. */
  EXPIRY,
  /** Everything that is left comes to its end; no fault is placed here. */
  END
}
