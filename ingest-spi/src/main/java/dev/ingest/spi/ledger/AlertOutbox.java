package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import java.util.List;

/**
 * Alerts that wait to be told. Rows come with the transitions that cause them, or by {@link
 * #raise}; each ends in exactly one digest.
 *
 * <p>Safe for use by several threads and processes; digests are nevertheless sealed by one pump at
 * a time. A thrown {@link LedgerException} leaves the effect unknown.
 */
public interface AlertOutbox {

  /** The most digests that one call returns or drops. */
  int MAX_UNSENT = 1_000;

  /** How many rows {@link #seal} takes at least, if so many wait. */
  int MIN_SEALED = 1_000_000;

  /**
   * Writes alerts that no transition causes, all or none, durably. Repeating may double them.
   *
   * @param rows at most {@link LedgerCapabilities#maxBatch()}
   */
  void raise(List<AlertRow> rows);

  /**
   * Tells whether any row is in no digest yet. Costs the same however many rows there are, so that
   * a pump may ask every few seconds.
   *
   * @return whether the next digest would have a line
   */
  boolean hasPending();

  /**
   * Counts rows that are in no digest yet. May read all of them.
   *
   * @return 0 or more
   */
  long pending();

  /**
   * Moves the rows that are in no digest into the next one, in one durable commit: every row, or
   * where more than {@link #MIN_SEALED} wait, at least so many, so that what a long silence or a
   * flood has left is worked off in bounded steps. What is left joins the next digest. Without rows
   * the digest is empty. Ordinals have no gaps. There is no cursor: a row that commits late joins
   * the next digest.
   *
   * <p>Rows become lines where they are stored: the caller's memory holds one line per group with
   * its samples and the message of the row that was written last, however many rows there are.
   *
   * @return the sealed digest
   */
  AlertDigest seal();

  /**
   * Reads digests that are sealed and not acknowledged, in order of ordinal.
   *
   * @param limit the most digests, 1 to {@link #MAX_UNSENT}
   * @return the digests
   */
  List<AlertDigest> unsent(int limit);

  /**
   * Reads the digests that were sealed last, the newest first, whether they are acknowledged or
   * not.
   *
   * @param limit the most digests, 1 to {@link #MAX_UNSENT}
   * @return the digests that are kept, fewer than the limit only if there are no more; see {@link
   *     #prune}
   */
  List<AlertDigest> latest(int limit);

  /**
   * Marks a digest as delivered.
   *
   * @param ordinal the digest
   * @return applied, also if it was acknowledged before, dropped since or not; or refused with
   *     {@code ABSENT} if it was never sealed
   */
  Outcome acknowledge(long ordinal);

  /**
   * Drops the oldest digests for good: none of the newest {@code keep}, none that is not
   * acknowledged, and none that is newer than one which is not. Digests stay until this is called.
   *
   * @param keep how many of the newest stay, 1 or more
   * @param limit the most digests to drop, 1 to {@link #MAX_UNSENT}
   * @return how many were dropped; as many as the limit if more may follow
   */
  int prune(long keep, int limit);

  /**
   * Returns the notices to owners that wait.
   *
   * @return the other part of this role
   */
  NoticeOutbox notices();
}
