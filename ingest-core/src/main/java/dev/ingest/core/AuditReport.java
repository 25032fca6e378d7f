package dev.ingest.core;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an audit looked at and how it ended. The findings themselves went to its {@link
 * AuditListener}.
 *
 * @param looked how much it looked at
 * @param findings how many findings there were of each kind; kinds without any are missing
 * @param unread the first parts that could not be read, at most {@link #MAX_UNREAD}
 * @param unreadCount how many parts could not be read
 * @param quarantined what is set aside, which is no finding
 */
public record AuditReport(
    Looked looked,
    Map<Finding.Kind, Long> findings,
    List<Unread> unread,
    long unreadCount,
    Quarantined quarantined) {

  /** The most unread parts that are named in a report; the listener hears of all. */
  public static final int MAX_UNREAD = 1_000;

  /**
   * Copies the map and the list.
   *
   * @param looked how much it looked at
   * @param findings how many findings there were of each kind
   * @param unread the first parts that could not be read
   * @param unreadCount how many parts could not be read
   * @param quarantined what is set aside
   */
  public AuditReport {
    Map<Finding.Kind, Long> counts = new EnumMap<>(Finding.Kind.class);
    counts.putAll(findings);
    findings = Map.copyOf(counts);
    unread = List.copyOf(unread);
  }

  /**
   * How much was looked at.
   *
   * @param sequences entries of the ledger
   * @param objects keys of the content store
   * @param receipts receipts that were compared
   */
  public record Looked(long sequences, long objects, long receipts) {}

  /**
   * How much is set aside, as its records say when the audit ends.
   *
   * @param keys how many stored keys
   * @param bytes how many bytes
   */
  public record Quarantined(long keys, long bytes) {

    /** Nothing is set aside. */
    public static final Quarantined NONE = new Quarantined(0, 0);
  }

  /**
   * A part of which nothing is known.
   *
   * @param part which: a range of places, a sequence, or what it was about
   * @param why why not
   */
  public record Unread(String part, String why) {}

  /**
   * Tells whether everything was read. If not, the audit says nothing about the rest: it is not
   * clean, whatever it found.
   *
   * @return true without unread parts
   */
  public boolean isComplete() {
    return unreadCount == 0;
  }

  /**
   * Tells whether everything was read and nothing was found.
   *
   * @return true if it is complete and without findings
   */
  public boolean isClean() {
    return isComplete() && findings.isEmpty();
  }

  /**
   * Adds the counts up.
   *
   * @return how many findings there were
   */
  public long findingCount() {
    return findings.values().stream().mapToLong(Long::longValue).sum();
  }
}
