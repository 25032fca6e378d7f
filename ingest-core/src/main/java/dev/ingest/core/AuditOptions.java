package dev.ingest.core;

import java.time.Duration;

/**
 * How thorough an audit is, and how fast.
 *
 * @param history whether the hash chain of each sequence's history is followed, which reads all its
 *     rows
 * @param bytes whether every stored byte is read back, and each published result judged by its
 *     pipeline's expectation where this engine has the pipeline; otherwise listings are compared
 *     with the ledger, and manifests are read only where these differ
 * @param stuckAfter how long a sequence in flight may be due, or put off, and one whose bytes are
 *     to be deleted may be so, before it is a finding; longer than the longest back-off between
 *     attempts
 * @param perSecond how many sequences are looked at in a second at most, 1 or more
 * @param ranges how many ranges of places are read at a time at most, from 1 to {@value
 *     #MOST_RANGES}: each takes a thread, up to two connections of the ledger's at a time, and six
 *     pages of memory. With 1, findings come in the order of places
 */
public record AuditOptions(
    boolean history, boolean bytes, Duration stuckAfter, int perSecond, int ranges) {

  /** The most ranges of places that are read at a time. */
  public static final int MOST_RANGES = 16;

  /**
   * Compares listings, two ranges at a time; what is due for an hour is stuck; as fast as the
   * stores answer.
   */
  public static final AuditOptions DEFAULT =
      new AuditOptions(false, false, Duration.ofHours(1), Integer.MAX_VALUE);

  /**
   * Validates the numbers.
   *
   * @param history whether histories are followed
   * @param bytes whether every stored byte is read back
   * @param stuckAfter how long a sequence may be due
   * @param perSecond how many sequences are looked at in a second at most
   * @param ranges how many ranges of places are read at a time at most
   */
  public AuditOptions {
    if (stuckAfter.isNegative() || stuckAfter.isZero() || perSecond < 1) {
      throw new ConfigurationException(
          "an audit needs a time above zero after which work is stuck, and a rate of 1 or more; got"
              + " "
              + "stuckAfter=%s, perSecond=%d".formatted(stuckAfter, perSecond));
    }
    if (ranges < 1 || ranges > MOST_RANGES) {
      throw new ConfigurationException(
          "an audit reads 1 to %d ranges of places at a time; got ranges=%d"
              .formatted(MOST_RANGES, ranges));
    }
  }

  /**
   * Makes options that read two ranges of places at a time.
   *
   * @param history whether histories are followed
   * @param bytes whether every stored byte is read back
   * @param stuckAfter how long a sequence may be due
   * @param perSecond how many sequences are looked at in a second at most
   */
  public AuditOptions(boolean history, boolean bytes, Duration stuckAfter, int perSecond) {
    this(history, bytes, stuckAfter, perSecond, 2);
  }

  /**
   * Copies with or without histories.
   *
   * @param changed whether histories are followed
   * @return the copy
   */
  public AuditOptions withHistory(boolean changed) {
    return new AuditOptions(changed, bytes, stuckAfter, perSecond, ranges);
  }

  /**
   * Copies with or without reading every byte.
   *
   * @param changed whether every stored byte is read back
   * @return the copy
   */
  public AuditOptions withBytes(boolean changed) {
    return new AuditOptions(history, changed, stuckAfter, perSecond, ranges);
  }

  /**
   * Copies with another time after which work is stuck.
   *
   * @param changed the time, above zero
   * @return the copy
   */
  public AuditOptions withStuckAfter(Duration changed) {
    return new AuditOptions(history, bytes, changed, perSecond, ranges);
  }

  /**
   * Copies with another rate.
   *
   * @param changed how many sequences are looked at in a second at most
   * @return the copy
   */
  public AuditOptions withPerSecond(int changed) {
    return new AuditOptions(history, bytes, stuckAfter, changed, ranges);
  }

  /**
   * Copies with another number of ranges that are read at a time.
   *
   * @param changed how many at most, from 1 to {@value #MOST_RANGES}
   * @return the copy
   */
  public AuditOptions withRanges(int changed) {
    return new AuditOptions(history, bytes, stuckAfter, perSecond, changed);
  }
}
