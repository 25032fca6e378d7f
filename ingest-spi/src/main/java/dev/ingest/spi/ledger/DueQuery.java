package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Entries for which a point in time has come, by the ledger's clock, most overdue first and in key
 * order where that time is the same.
 *
 * <p>What is due may stay due, because it cannot be dealt with now. So that it does not stand in
 * the way of the rest, a sweep asks page by page for what comes {@link #after(Entry) after} the
 * last entry that it saw. An entry whose point in time stays as it is throughout the sweep, and
 * that stays due, is seen exactly once.
 *
 * @param kind which point in time
 * @param lead how far ahead of that time they count as due; negative for a grace period after it
 * @param escalations for {@link Kind#RISK}: only entries that were told last at this level, 0 to
 *     {@link Standing#MAX_ESCALATIONS}; 0 for each other kind
 * @param after only entries past this place; empty to begin with the most overdue
 * @param limit the most entries, 1 to {@link ScanQuery#MAX_LIMIT}
 */
public record DueQuery(
    Kind kind, Duration lead, int escalations, Optional<Place> after, int limit) {

  /**
   * Validates the level and the limit.
   *
   * @param kind which point in time
   * @param lead how far ahead of that time they count as due
   * @param escalations the level at which {@link Kind#RISK} was told last
   * @param after only entries past this place
   * @param limit the most entries
   */
  public DueQuery {
    Names.atLeast(escalations, 0, "a level of escalation");
    Names.atMost(escalations, Standing.MAX_ESCALATIONS, "a level of escalation");
    if (escalations != 0 && kind != Kind.RISK) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER,
          Integer.toString(escalations),
          kind + " has no levels of escalation; ask with 0");
    }
    Names.limit(limit, ScanQuery.MAX_LIMIT);
  }

  /**
   * Asks from the most overdue on; for {@link Kind#RISK}, for entries that were never told.
   *
   * @param kind which point in time
   * @param lead how far ahead of that time they count as due; negative for a grace period after it
   * @param limit the most entries, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the query
   */
  public static DueQuery of(Kind kind, Duration lead, int limit) {
    return new DueQuery(kind, lead, 0, Optional.empty(), limit);
  }

  /**
   * Asks for unproven entries near their expiry, nearest first.
   *
   * @param escalations only those that were told last at this level; 0 for those never told
   * @param lead how near
   * @param limit the most entries, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the query
   */
  public static DueQuery risk(int escalations, Duration lead, int limit) {
    return new DueQuery(Kind.RISK, lead, escalations, Optional.empty(), limit);
  }

  /**
   * Asks for the page after an entry.
   *
   * @param last the last entry of the page before, as it was returned
   * @return the query for the next page
   */
  public DueQuery after(Entry last) {
    Place place = new Place(kind.timeOf(last), last.key());
    return new DueQuery(kind, lead, escalations, Optional.of(place), limit);
  }

  /**
   * Where an entry stands in the order of what is due.
   *
   * @param at its point in time, in milliseconds
   * @param key its key, by which equal times are ordered
   */
  public record Place(Instant at, SequenceKey key) implements Comparable<Place> {

    /**
     * Cuts the time to milliseconds.
     *
     * @param at its point in time
     * @param key its key
     */
    public Place {
      at = Names.millis(at);
    }

    @Override
    public int compareTo(Place other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : key.compareTo(other.key);
    }
  }

  /** Which point in time. */
  public enum Kind {
    /** The deadline of entries that are in flight or FAILED and not yet marked overdue. */
    DEADLINE,
    /** The expiry of VERIFIED entries without a hold and without a run beside. */
    EXPIRY,
    /** The expiry of entries that are in flight or FAILED, held or not, per level of escalation. */
    RISK,
    /** Visible-at of EXPIRING and DISCARDING entries, whose deletion is to be finished. */
    DISPOSAL,
    /**
     * Visible-at of entries marked with leftovers that are VERIFIED without a run beside, EXPIRED
     * or DISCARDED.
     */
    LEFTOVERS,
    /** The last proof of the published result of VERIFIED and EXPIRED entries. */
    PROOF,
    /** Visible-at of FAILED entries: when their raw bytes were read last, or they failed. */
    RAW_PROOF,
    /** Until when the superseded result of VERIFIED and EXPIRED entries stays. */
    SUPERSEDED,
    /** The expiry of entries with a run beside their published result, held or not. */
    SIDE_RUN;

    /**
     * Returns the point in time of an entry that this kind is about.
     *
     * @param entry the entry, in any state; with a published result for {@link #PROOF}, and with a
     *     superseded one for {@link #SUPERSEDED}
     * @return the time, in milliseconds
     */
    public Instant timeOf(Entry entry) {
      return switch (this) {
        case DEADLINE -> entry.receipt().deadline();
        case EXPIRY, RISK, SIDE_RUN -> entry.receipt().expiresAt();
        case DISPOSAL, LEFTOVERS, RAW_PROOF -> entry.position().visibleAt();
        case PROOF -> entry.published().orElseThrow().provenAt();
        case SUPERSEDED -> entry.beside().superseded().orElseThrow().until();
      };
    }
  }
}
