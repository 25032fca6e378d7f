package dev.ingest.core;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.WorkRef;

/**
 * How an attempt at a piece of work came to an end.
 *
 * @param entry the entry after it; of one that was {@link Outcome#STALE}, as it was claimed
 * @param run the run that was worked on, as it was claimed
 * @param codeVersion the version of the code of the node whose attempt it was
 * @param outcome what it came to
 */
public record WorkEnd(Entry entry, Run run, String codeVersion, Outcome outcome) {

  /** What an attempt came to. */
  public enum Outcome {
    /** A stage was done. */
    DONE,
    /** It failed, and another attempt follows. */
    RETRIED,
    /** It failed, and the sequence became FAILED, or a run beside its result ended. */
    FAILED,
    /** Its lease ran out and was taken over by another attempt, or the last one was spent so. */
    LEASE_LOST,
    /** The result was verified and published. */
    PUBLISHED,
    /** The result of a shadow run was verified, and found equal to the published one. */
    MATCHED,
    /** The result was read back, or compared, and was not what it must be. */
    MISMATCHED,
    /** The verification came to no conclusion. */
    UNKNOWN,
    /** It came too late: the ledger refused its commit, since somebody else's right is newer. */
    STALE;

    /**
     * Tells whether a result was read back and proven.
     *
     * @return whether it was verified, published or not
     */
    public boolean isVerified() {
      return this == PUBLISHED || this == MATCHED;
    }
  }

  /**
   * Returns what was worked on.
   *
   * @return the stage, or the verification, of the run's pipeline
   */
  public WorkRef work() {
    return run.work();
  }
}
