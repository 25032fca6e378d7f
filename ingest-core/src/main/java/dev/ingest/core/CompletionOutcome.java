package dev.ingest.core;

/** How a stage ended that was left to another system. */
public enum CompletionOutcome {
  /** Its output was taken; the run goes on with the next stage, or with the verification. */
  DONE,
  /** Its attempt failed, and another one follows. */
  RETRIED,
  /** It failed for good, or its attempts are spent: the sequence is FAILED. */
  FAILED
}
