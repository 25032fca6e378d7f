package dev.ingest.spi.ledger;

import java.time.Duration;

/**
 * Entries for which a point in time has come, by the ledger's clock, most overdue first.
 *
 * @param kind which point in time
 * @param lead how far ahead of that time they count as due; negative for a grace period after it
 * @param limit the most entries, 1 to {@link ScanQuery#MAX_LIMIT}
 */
public record DueQuery(Kind kind, Duration lead, int limit) {

  /**
   * Validates the limit.
   *
   * @param kind which point in time
   * @param lead how far ahead of that time they count as due
   * @param limit the most entries
   */
  public DueQuery {
    Names.limit(limit, ScanQuery.MAX_LIMIT);
  }

  /** Which point in time. */
  public enum Kind {
    /** The deadline of entries that are in flight or FAILED and not yet marked overdue. */
    DEADLINE,
    /** The expiry of VERIFIED entries without a hold. */
    EXPIRY,
    /** The expiry of entries that are in flight or FAILED and not yet marked at risk. */
    RISK,
    /** Visible-at of EXPIRING and DISCARDING entries, whose deletion is to be finished. */
    DISPOSAL,
    /** Visible-at of entries marked with leftovers that are VERIFIED, EXPIRED or DISCARDED. */
    LEFTOVERS
  }
}
