package dev.ingest.cli.incident;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.alert.AlertPolicy;
import java.time.Duration;
import java.util.List;

/** How an hour is compressed. */
final class Terms {

  /** An hour on the library. */
  static final Duration HOUR = Duration.ofMillis(1_500);

  /**
   * To be verified within four hours, to live for sixty, of which the last twelve are for repair.
   */
  static final TimePolicy TIMES =
      new TimePolicy(HOUR.multipliedBy(4), HOUR.multipliedBy(60), HOUR.multipliedBy(12));

  /**
   * What was uploaded earlier has twelve hours left to live, so that expiry is at work meanwhile.
   */
  static final TimePolicy EARLIER =
      new TimePolicy(HOUR.multipliedBy(4), HOUR.multipliedBy(12), HOUR.multipliedBy(6));

  /** Told once, four hours ahead of expiry; held if not proven by then. */
  static final ExpiryPolicy EXPIRY =
      ExpiryPolicy.DEFAULT.withGrace(HOUR.multipliedBy(4)).withLeads(List.of(HOUR.multipliedBy(4)));

  /** Digests a second apart at least. */
  static final AlertPolicy ALERTS =
      new AlertPolicy(
          Duration.ofSeconds(1),
          Duration.ofSeconds(55),
          2,
          Duration.ofSeconds(20),
          Duration.ofMinutes(1));

  static final WorkPolicy WORK =
      new WorkPolicy(Duration.ofSeconds(10), 3, Duration.ofMillis(200), Duration.ofSeconds(1), 4);

  /** An hour on the imitation, where nothing waits for anybody. */
  static final Duration SHORT_HOUR = Duration.ofSeconds(1);

  /** How long the imitation keeps raw bytes, whatever became of them. */
  static final Duration SHORT_LIFE = SHORT_HOUR.multipliedBy(18);

  private Terms() {}
}
