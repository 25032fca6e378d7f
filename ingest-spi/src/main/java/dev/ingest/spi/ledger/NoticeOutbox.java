package dev.ingest.spi.ledger;

import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;
import java.util.Optional;

/**
 * Notices to owners that wait to be acknowledged. A part of the role {@link AlertOutbox}. Rows come
 * with the transitions that cause them ({@link Transition#notice()}) and stay until {@link
 * #acknowledge}; nothing else removes them. There is no cursor: a row that commits late is found
 * like any other.
 *
 * <p>Safe for use by several threads and processes; the notices are nevertheless told by one node
 * at a time. A thrown {@link LedgerException} leaves the effect of every element unknown.
 */
public interface NoticeOutbox {

  /** The most notices of one call. */
  int MAX_NOTICES = 1_000;

  /**
   * Reads notices that were never tried and may be told now: of each sequence the one with the
   * lowest ordinal that is not set aside, the oldest first.
   *
   * @param after only what follows this one; empty for the first page
   * @param limit the most, 1 to {@link #MAX_NOTICES}
   * @return them; fewer than the limit only if no more follow
   */
  List<WaitingNotice> untried(Optional<WaitingNotice> after, int limit);

  /**
   * Reads notices that were tried and are due again by the ledger's clock: of each sequence the one
   * with the lowest ordinal that is not set aside, those that are due longest first.
   *
   * @param after only what follows this one; empty for the first page
   * @param limit the most, 1 to {@link #MAX_NOTICES}
   * @return them; fewer than the limit only if no more follow
   */
  List<WaitingNotice> retries(Optional<WaitingNotice> after, int limit);

  /**
   * Reads notices that were tried last in what is the future by the ledger's clock, which only a
   * clock that was set back explains, and which are not set aside: what they were put off to says
   * nothing any more. In no particular order.
   *
   * @param limit the most, 1 to {@link #MAX_NOTICES}
   * @return them; fewer than the limit only if there are no more
   */
  List<WaitingNotice> ahead(int limit);

  /**
   * Removes notices for good, durably. One that is not there, or is of another transition, is left
   * as it is. Idempotent.
   *
   * @param notices at most {@link #MAX_NOTICES}
   */
  void acknowledge(List<OwnerNotice> notices);

  /**
   * Writes how notices wait, durably; the last write counts. One that is not there stays so.
   * Idempotent.
   *
   * @param notices at most {@link #MAX_NOTICES}
   */
  void postpone(List<WaitingNotice> notices);

  /**
   * Reads notices that were set aside, in the order of their sequences and ordinals.
   *
   * @param after only what follows this one; empty for the first page
   * @param limit the most, 1 to {@link #MAX_NOTICES}
   * @return them; fewer than the limit only if no more follow
   */
  List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit);

  /**
   * Counts the notices that wait, those set aside among them. May read all of them.
   *
   * @return 0 or more
   */
  long pending();
}
