package dev.ingest.spi.ledger;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many sequences are in each state.
 *
 * @param counts the states that occur, with their counts
 * @param openSessions upload sessions that are OPEN
 * @param asOf the ledger's time of the count
 */
public record Census(Map<State, Long> counts, long openSessions, Instant asOf) {

  /**
   * Copies the map in the order of the states, validates the counts and cuts the time to
   * milliseconds.
   *
   * @param counts the states that occur
   * @param openSessions upload sessions that are OPEN
   * @param asOf the ledger's time of the count
   */
  public Census {
    counts = Collections.unmodifiableMap(new TreeMap<>(counts));
    counts.values().forEach(count -> Names.atLeast(count, 0, "a count of sequences"));
    Names.atLeast(openSessions, 0, "a count of open sessions");
    asOf = Names.millis(asOf);
  }

  /**
   * Returns the count of one state.
   *
   * @param state the state
   * @return 0 or more
   */
  public long count(State state) {
    return counts.getOrDefault(state, 0L);
  }

  /**
   * Returns the count of all sequences on which work is to be done.
   *
   * @return the sum over the states that are {@linkplain State#isInFlight() in flight}
   */
  public long inFlight() {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().isInFlight())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /**
   * Returns the count of all sequences ever accepted.
   *
   * @return the sum over the states
   */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
