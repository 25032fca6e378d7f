package dev.ingest.core;

import dev.ingest.core.engine.NoticeSwitch;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;
import java.util.Optional;

/**
 * The notices to owners that wait, for operators: how many there are, which were refused too often
 * and set aside. What becomes of these is an act: {@link Acts#sendAgain}. Thread-safe; each call
 * reads the ledger.
 */
public final class Notices {

  /** The most notices of one call. */
  public static final int MAX_LIMIT = NoticeOutbox.MAX_NOTICES;

  private final LedgerStore ledger;

  Notices(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * Tells whether engines that are built now write notices.
   *
   * @return false until the first engine with a notifier was built, and after {@link
   *     Acts#endNotices}
   */
  public boolean isOn() {
    return new NoticeSwitch(ledger).isOn();
  }

  /**
   * Counts the notices that are not acknowledged, those set aside among them. May read all.
   *
   * @return 0 or more
   */
  public long pending() {
    return ledger.alerts().notices().pending();
  }

  /**
   * Reads notices that were refused too often, in the order of their sequences.
   *
   * @param after only what follows this one; empty for the first page
   * @param limit the most, 1 to {@link #MAX_LIMIT}
   * @return them; fewer than the limit only if no more follow
   */
  public List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit) {
    return ledger.alerts().notices().aside(after, limit);
  }
}
