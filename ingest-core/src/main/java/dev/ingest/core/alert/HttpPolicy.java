package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import java.time.Duration;

/**
 * How long an HTTP destination may take, and how often it is tried.
 *
 * @param connect the most to wait for a connection, 1 ms or more
 * @param answer the most to wait for an answer, the connection included, 1 ms or more
 * @param attempts how often one message is sent at most, 1 to 10
 * @param firstBackoff the pause after the first failure, 0 or more, doubled each time; a {@code
 *     Retry-After} of the destination counts if it is longer
 * @param total the most that one send takes, with all its attempts and pauses; 1 ms to 10 s
 */
public record HttpPolicy(
    Duration connect, Duration answer, int attempts, Duration firstBackoff, Duration total) {

  /** The most that {@link #total} may be. */
  public static final Duration LONGEST = Duration.ofSeconds(10);

  /** 2 s, 4 s, 3 attempts, 250 ms, 9 s. */
  public static final HttpPolicy DEFAULT =
      new HttpPolicy(
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          3,
          Duration.ofMillis(250),
          Duration.ofSeconds(9));

  /**
   * Validates the bounds.
   *
   * @param connect the most to wait for a connection
   * @param answer the most to wait for an answer
   * @param attempts how often one message is sent at most
   * @param firstBackoff the pause after the first failure
   * @param total the most that one send takes
   */
  public HttpPolicy {
    if (connect.toMillis() < 1
        || answer.toMillis() < 1
        || attempts < 1
        || attempts > 10
        || firstBackoff.isNegative()
        || total.toMillis() < 1
        || total.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(
          "an HTTP policy needs times of at least 1 ms, 1 to 10 attempts, and a total of at most %s;"
                  .formatted(LONGEST)
              + " got connect=%s, answer=%s, attempts=%d, firstBackoff=%s, total=%s"
                  .formatted(connect, answer, attempts, firstBackoff, total));
    }
  }
}
