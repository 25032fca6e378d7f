package dev.ingest.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How often everything is audited by the engines themselves.
 *
 * @param every how long after the beginning of an audit the next one begins, 1 minute or more;
 *     empty if only people audit
 * @param options how thorough and how fast
 */
public record AuditPolicy(Optional<Duration> every, AuditOptions options) {

  private static final Duration LEAST = Duration.ofMinutes(1);

  /** Once a day, with histories, 2,000 sequences in a second at most, one range at a time. */
  public static final AuditPolicy DEFAULT =
      new AuditPolicy(
          Optional.of(Duration.ofDays(1)),
          AuditOptions.DEFAULT.withHistory(true).withPerSecond(2_000).withRanges(1));

  /** Never by itself. */
  public static final AuditPolicy NEVER = new AuditPolicy(Optional.empty(), AuditOptions.DEFAULT);

  /**
   * Validates the interval.
   *
   * @param every how long after the beginning of an audit the next one begins
   * @param options how thorough and how fast
   */
  public AuditPolicy {
    if (every.isPresent()
        && (every.get().compareTo(LEAST) < 0 || WorkPolicy.isTooLong(every.get()))) {
      throw new ConfigurationException(
          "audits begin a minute or more after one another, 36,500 days at most; got "
              + every.get());
    }
  }

  /**
   * Copies with another interval.
   *
   * @param changed how long after the beginning of an audit the next one begins, 1 minute or more
   * @return the copy
   */
  public AuditPolicy withEvery(Duration changed) {
    return new AuditPolicy(Optional.of(changed), options);
  }

  /**
   * Copies with other options.
   *
   * @param changed how thorough and how fast
   * @return the copy
   */
  public AuditPolicy withOptions(AuditOptions changed) {
    return new AuditPolicy(every, changed);
  }
}
