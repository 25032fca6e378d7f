package dev.ingest.core;

/**
 * How often work on one stage, or on verification, came to what.
 *
 * @param attempts attempts that began and were not handed back
 * @param done stages that were done, as the ledger took them
 * @param retried attempts that failed and are followed by another
 * @param failed attempts after which the sequence was FAILED, or a run beside its result ended
 * @param leasesLost leases that ran out and were taken over by another attempt
 * @param verified results that were verified, or compared and found equal
 * @param mismatched results that were read back, or compared, and were not what they must be
 * @param unknown verifications that came to no conclusion
 */
public record WorkCounts(
    long attempts,
    long done,
    long retried,
    long failed,
    long leasesLost,
    long verified,
    long mismatched,
    long unknown) {

  /** Nothing. */
  public static final WorkCounts NONE = new WorkCounts(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Adds up.
   *
   * @param other other counts
   * @return the sums
   */
  public WorkCounts plus(WorkCounts other) {
    return new WorkCounts(
        attempts + other.attempts,
        done + other.done,
        retried + other.retried,
        failed + other.failed,
        leasesLost + other.leasesLost,
        verified + other.verified,
        mismatched + other.mismatched,
        unknown + other.unknown);
  }

  /**
   * Counts what is known to have come to an end.
   *
   * @return the good and the bad ends
   */
  public long ended() {
    return done + verified + bad();
  }

  /**
   * Counts bad ends: attempts that failed, leases that were lost, results that did not match or of
   * which nothing could be said.
   *
   * @return the bad ends
   */
  public long bad() {
    return retried + failed + leasesLost + mismatched + unknown;
  }
}
