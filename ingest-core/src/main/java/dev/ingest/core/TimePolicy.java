package dev.ingest.core;

import java.time.Duration;
import java.time.Instant;

/**
 * When things must have happened, counted from acceptance. Each time is above zero, and 366,000
 * days at most.
 *
 * @param target within what time a sequence should be verified
 * @param timeToLive how long raw bytes are kept at least
 * @param repairWindow how long before expiry someone must still be able to act, shorter than {@code
 *     timeToLive}; no deadline lies later than {@code timeToLive − repairWindow}
 */
public record TimePolicy(Duration target, Duration timeToLive, Duration repairWindow) {

  /** The longest of these times: a lead ahead of every deadline, expiry and proof. */
  public static final Duration LONGEST = Duration.ofDays(366_000);

  /** One hour to be verified, 30 days to live, 7 days to repair. */
  public static final TimePolicy DEFAULT =
      new TimePolicy(Duration.ofHours(1), Duration.ofDays(30), Duration.ofDays(7));

  /**
   * Refuses combinations that leave no time to work or to repair.
   *
   * @param target within what time a sequence should be verified
   * @param timeToLive how long raw bytes are kept at least
   * @param repairWindow how long before expiry someone must still be able to act
   */
  public TimePolicy {
    requirePositive("target", target);
    requirePositive("timeToLive", timeToLive);
    requirePositive("repairWindow", repairWindow);
    if (repairWindow.compareTo(timeToLive) >= 0) {
      throw new ConfigurationException(
          "the repair window of "
              + repairWindow
              + " leaves no time within the time to live of "
              + timeToLive
              + "; shorten the window or lengthen the time to live");
    }
  }

  /**
   * Derives the deadline.
   *
   * @param acceptedAt when the sequence is accepted
   * @return by when it must be verified
   */
  public Instant deadline(Instant acceptedAt) {
    return acceptedAt.plus(shortest());
  }

  /** Within what time a sequence has to be verified: the target, or less if it has to be. */
  Duration shortest() {
    Duration latest = timeToLive.minus(repairWindow);
    return target.compareTo(latest) < 0 ? target : latest;
  }

  /**
   * Derives the expiry.
   *
   * @param acceptedAt when the sequence is accepted
   * @return the earliest time at which raw bytes may go
   */
  public Instant expiresAt(Instant acceptedAt) {
    return acceptedAt.plus(timeToLive);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(
          name + " must be longer than zero and at most 366,000 days, got " + value);
    }
  }
}
