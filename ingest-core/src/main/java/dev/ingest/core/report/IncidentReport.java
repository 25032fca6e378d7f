package dev.ingest.core.report;

import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The sums of an incident report; the sequences themselves went to its {@link IncidentListener}.
 *
 * @param asOf when it was begun, by the ledger's clock
 * @param looked how many sequences were looked at
 * @param owners how many owners are affected
 * @param states how many sequences are affected, by their states; states without any are missing
 * @param unread of how many parts and sequences nothing is known
 */
public record IncidentReport(
    Instant asOf, long looked, long owners, Map<State, Long> states, long unread) {

  /**
   * Copies the map.
   *
   * @param asOf when it was begun
   * @param looked how many sequences were looked at
   * @param owners how many owners are affected
   * @param states how many sequences are affected, by their states
   * @param unread of how many parts nothing is known
   */
  public IncidentReport {
    Map<State, Long> counts = new EnumMap<>(State.class);
    counts.putAll(states);
    states = Collections.unmodifiableMap(counts);
  }

  /**
   * Something about which nothing is known.
   *
   * @param part which sequence or stretch
   * @param why why not
   */
  public record Unread(String part, String why) {}

  /**
   * Adds the states up.
   *
   * @return how many sequences are affected
   */
  public long affected() {
    return states.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Tells whether everything was read that the question needs. If not, others may be affected.
   *
   * @return true without unread parts
   */
  public boolean isComplete() {
    return unread == 0;
  }
}
