package dev.ingest.console;

import dev.ingest.spi.ledger.CensusCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of what was accepted lately, hour by hour; canaries aside.
 *
 * @param from the first hour that was looked at
 * @param hours the counts of hours in which something was accepted
 * @param asOf when their reading began, by the ledger's clock
 */
record Heat(Instant from, SortedMap<Instant, CensusCounts> hours, Instant asOf) {

  /** How many days are shown, the one that goes on included. */
  static final int DAYS = 7;

  /** How many hours a day has, in UTC. */
  static final int HOURS = 24;

  Heat {
    hours = Collections.unmodifiableSortedMap(new TreeMap<>(hours));
  }

  /** Returns the first day's first hour. */
  static Instant firstHour(Instant now) {
    Instant today =
        Instant.ofEpochSecond(
            Math.floorDiv(now.getEpochSecond(), Duration.ofDays(1).toSeconds())
                * Duration.ofDays(1).toSeconds());
    return today.minus(Duration.ofDays(DAYS - 1L));
  }

  CensusCounts at(Instant hour) {
    return hours.getOrDefault(hour, CensusCounts.NONE);
  }
}
