package dev.ingest.core;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the last audit came to that the engines made by themselves.
 *
 * @param begunAt when it began, by the ledger's clock
 * @param endedAt when it ended, by the ledger's clock
 * @param sequences how many entries it looked at
 * @param objects how many stored keys it looked at
 * @param findings how many findings there were of each kind; kinds without any are missing
 * @param unreadCount how many parts could not be read
 */
public record LatestAudit(
    Instant begunAt,
    Instant endedAt,
    long sequences,
    long objects,
    Map<Finding.Kind, Long> findings,
    long unreadCount) {

  /**
   * Copies the map.
   *
   * @param begunAt when it began
   * @param endedAt when it ended
   * @param sequences how many entries it looked at
   * @param objects how many stored keys it looked at
   * @param findings how many findings there were of each kind
   * @param unreadCount how many parts could not be read
   */
  public LatestAudit {
    Map<Finding.Kind, Long> counts = new EnumMap<>(Finding.Kind.class);
    counts.putAll(findings);
    findings = Map.copyOf(counts);
  }

  /**
   * Tells whether everything was read and nothing was wrong.
   *
   * @return false also if nothing was found and something could not be read
   */
  public boolean isClean() {
    return unreadCount == 0 && findings.isEmpty();
  }

  /**
   * Counts the findings.
   *
   * @return 0 or more
   */
  public long findingCount() {
    return findings.values().stream().mapToLong(Long::longValue).sum();
  }
}
