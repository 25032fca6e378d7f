package dev.ingest.core;

import java.time.Instant;

/**
 * What someone said of the ledger as a whole, so that deletion could go on, or had made right. It
 * is recorded before it takes effect; one whose effect failed and that was repeated is there twice.
 * Never changed and never dropped.
 *
 * @param subject what it is about
 * @param confirmed the time, the incarnation and how many acceptances were given up, the store, the
 *     policy and the one before, the incarnation that ended, which notices, which cells of the
 *     census, or which backfill
 * @param actor who confirmed it
 * @param reason why
 * @param at when, by the ledger's clock
 */
public record Confirmation(
    Subject subject, String confirmed, String actor, String reason, Instant at) {

  /** What can be confirmed. */
  public enum Subject {
    /** The ledger's clock is right. */
    TIME,
    /** The ledger knows every acceptance. */
    LEDGER,
    /** The content store is the ledger's, although nothing showed it. */
    CONTENT,
    /** Another expiry policy counts for all nodes. */
    EXPIRY_POLICY,
    /** The ledger was restored or failed over, although nothing showed it. */
    RESTORED,
    /** The writing of notices to owners ended, or notices that were set aside were sent again. */
    NOTICES,
    /** Counts of the hourly census were wrong, and became what the entries add up to. */
    CENSUS,
    /** A backfill was ordered, started, paused, resumed or cancelled. */
    BACKFILL
  }
}
