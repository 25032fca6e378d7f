package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import java.time.Duration;

/**
 * How alerts are gathered into digests, and when a sink counts as down. The pump looks every 5 s,
 * so each of these times ends up to 5 s later.
 *
 * @param spacing the least time between two digests when there is something to tell, 1 s or more
 * @param longestSilence the time after which a digest is made even if it is empty, from {@code
 *     spacing} to 1 min
 * @param failures how many sends in a row fail before a sink counts as down, 1 to 100
 * @param downAfter the time after its first failure when a further one makes a sink count as down,
 *     however few they were; 0 or more
 * @param probe how often a sink that is down is tried again while another one works, 1 s or more
 */
public record AlertPolicy(
    Duration spacing, Duration longestSilence, int failures, Duration downAfter, Duration probe) {

  /**
   * Digests at least 15 s apart and at most 60 s (with the pump's 5 s), a sink down after 2
   * failures or 20 s, tried again every minute.
   */
  public static final AlertPolicy DEFAULT =
      new AlertPolicy(
          Duration.ofSeconds(15),
          Duration.ofSeconds(55),
          2,
          Duration.ofSeconds(20),
          Duration.ofMinutes(1));

  /**
   * Validates the bounds.
   *
   * @param spacing the least time between two digests
   * @param longestSilence the time after which a digest is made even if it is empty
   * @param failures how many sends in a row fail before a sink counts as down
   * @param downAfter the time after its first failure when a sink counts as down
   * @param probe how often a sink that is down is tried again
   */
  public AlertPolicy {
    if (spacing.compareTo(Duration.ofSeconds(1)) < 0
        || longestSilence.compareTo(spacing) < 0
        || longestSilence.compareTo(Duration.ofMinutes(1)) > 0
        || failures < 1
        || failures > 100
        || downAfter.isNegative()
        || probe.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new ConfigurationException(
          "an alert policy needs a spacing of at least 1 s, a longest silence from the spacing to"
              + " 1 min, 1 to 100 failures, a time to count as down of zero or more, and probes at"
              + " least 1 s apart; got spacing=%s, longestSilence=%s, failures=%d, downAfter=%s,"
                  .formatted(spacing, longestSilence, failures, downAfter)
              + " probe="
              + probe);
    }
  }
}
