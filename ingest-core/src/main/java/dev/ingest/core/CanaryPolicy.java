package dev.ingest.core;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.OwnerId;
import java.time.Duration;

/**
 * How often the engine sends sequences of its own, canaries, through every pipeline of its route
 * that has a weight; it tells when one does not come out verified in time. They belong to {@link
 * #OWNER}, are left out of what is told of users, and are discarded once they have come through;
 * their ids are used again.
 *
 * @param every how often one is sent through each pipeline, 10 s to 1 day
 * @param within in what time it must be verified, 1 s to 1 day
 * @param items adds the items of a canary: the same ones each time, since an id that is used again
 *     must be sent the same bytes; small, as they pass through all stages
 */
public record CanaryPolicy(Duration every, Duration within, UploadAction items) {

  /** Who owns canaries; nobody can upload under this name. */
  public static final OwnerId OWNER = Canary.OWNER;

  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration OFTENEST = Duration.ofSeconds(10);

  /**
   * Validates the bounds.
   *
   * @param every how often one is sent
   * @param within in what time it must be verified
   * @param items adds the items of a canary
   */
  public CanaryPolicy {
    if (every.compareTo(OFTENEST) < 0
        || every.compareTo(LONGEST) > 0
        || within.compareTo(Duration.ofSeconds(1)) < 0
        || within.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(
          "canaries are sent every 10 s to 1 day, and verified within 1 s to 1 day; got every=%s,"
                  .formatted(every)
              + " within="
              + within);
    }
  }

  /**
   * Sends one every five minutes, which must be verified within five minutes.
   *
   * @param items adds the items of a canary
   * @return the policy
   */
  public static CanaryPolicy of(UploadAction items) {
    return new CanaryPolicy(Duration.ofMinutes(5), Duration.ofMinutes(5), items);
  }
}
