package dev.ingest.core.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What watches over sequences, and is itself watched: who beats, how often, and whether one node at
 * a time does it under a lease.
 *
 * <p>The period is the longest time between two beats of a watcher that is well, with its longest
 * tick counted in; its driver ticks at least twice in that time. A lease runs for two or three
 * periods, short enough that a deadline which passes while the holders of sentinel and pump die is
 * told within a minute all the same.
 */
public enum Watcher {
  /** Tells of deadlines that passed and of expiries that come near; ticks every 5 s. */
  SENTINEL(Duration.ofSeconds(10), Duration.ofSeconds(30)),
  /** Tells of work that no live node can run; ticks every 5 s, and rests in between. */
  LOOKOUT(Duration.ofSeconds(20), Duration.ofSeconds(40)),
  /** Lets raw bytes expire; ticks every 10 s. */
  EXPIRER(Duration.ofSeconds(30), Duration.ofSeconds(90)),
  /** Reads again what was proven least recently; ticks every 10 s. */
  SCRUBBER(Duration.ofMinutes(1), Duration.ofMinutes(3)),
  /** Seals and delivers alerts; ticks every 5 s, and begins no send after 5 s of a tick. */
  PUMP(Duration.ofSeconds(20), Duration.ofSeconds(40)),
  /** Audits everything at an interval; looks every 30 s whether it is time, and beats meanwhile. */
  AUDITOR(Duration.ofMinutes(2), Duration.ofMinutes(5)),
  /** Tells owners, where the ledger has notices; ticks every 5 s, as the pump does. */
  NOTIFIER(Duration.ofSeconds(20), Duration.ofSeconds(40)),
  /** Watches over routes, and takes sequences out of rolled back ones; ticks every 10 s. */
  ROUTER(Duration.ofSeconds(30), Duration.ofSeconds(60)),
  /** Drives backfills on, on nodes that have pipelines; looks every 5 s, and more often at work. */
  BACKFILLER(Duration.ofSeconds(10), Duration.ofSeconds(30)),
  /**
   * Sends canaries through pipelines, where an engine is built with them; ticks every 10 s. One
   * node of each route at a time does, by a record of its own ({@link CanaryTurn}).
   */
  CANARY(Duration.ofSeconds(30)),
  /** Deletes what nothing refers to; every node does, every minute. */
  SWEEPER(Duration.ofMinutes(5)),
  /** Claims work for stages; every node that runs stages does. */
  WORKER(Duration.ofMinutes(1)),
  /** Claims verifications; every node that runs pipelines does. */
  VERIFIER(Duration.ofMinutes(1));

  private final Duration period;
  private final Optional<Duration> lease;
  private final String label = name().toLowerCase(Locale.ROOT);

  Watcher(Duration period, Duration lease) {
    this.period = period;
    this.lease = Optional.of(lease);
  }

  Watcher(Duration period) {
    this.period = period;
    this.lease = Optional.empty();
  }

  /**
   * Returns the longest time between two beats.
   *
   * @return the period
   */
  public Duration period() {
    return period;
  }

  /**
   * Returns how long a lease runs.
   *
   * @return the lease time; empty if every node may do this at the same time
   */
  public Optional<Duration> lease() {
    return lease;
  }

  /**
   * Returns the name in records and messages.
   *
   * @return lower-case letters
   */
  public String label() {
    return label;
  }
}
