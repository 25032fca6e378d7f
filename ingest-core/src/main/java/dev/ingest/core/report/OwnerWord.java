package dev.ingest.core.report;

import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.notice.NoticeKind;

/**
 * Where a sequence stands, in the words that owners see. Stable: words may be added, none is
 * renamed or given another meaning.
 */
public enum OwnerWord {
  /** Accepted; work on it has not begun. */
  RECEIVED,
  /** Being worked on, again after a repair too. */
  IN_PROGRESS,
  /** The same, past its deadline. */
  DELAYED,
  /** Its result is verified and can be read. */
  PUBLISHED,
  /** Processing failed; what was sent is kept. */
  FAILED,
  /** What is stored of it is damaged, and only its owner can send it again. */
  LOST,
  /** Given up, and deleted or being deleted. */
  DISCARDED;

  /**
   * Finds the word for an entry.
   *
   * @param entry the entry
   * @return the word
   */
  public static OwnerWord of(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED -> inFlight(entry);
      case VERIFIED, EXPIRING, EXPIRED -> PUBLISHED;
      case FAILED -> OwnerNotices.isLost(entry) ? LOST : FAILED;
      case DISCARDING, DISCARDED -> DISCARDED;
      case LOST -> LOST;
    };
  }

  private static OwnerWord inFlight(Entry entry) {
    if (entry.standing().overdue()) {
      return DELAYED;
    }
    boolean isUntouched =
        entry.state() == State.ACCEPTED
            && entry.run().epoch() == 1
            && entry.run().attempts() == 0
            && entry.run().output().isEmpty();
    return isUntouched ? RECEIVED : IN_PROGRESS;
  }

  /**
   * Says what it means and what the owner can do.
   *
   * @return one or two sentences in English, which may be reworded
   */
  public String text() {
    return switch (this) {
      case RECEIVED -> OwnerNotices.text(NoticeKind.ACCEPTED);
      case IN_PROGRESS -> "It is being worked on. You need do nothing.";
      case DELAYED -> OwnerNotices.text(NoticeKind.DELAYED);
      case PUBLISHED -> OwnerNotices.text(NoticeKind.PUBLISHED);
      case FAILED -> OwnerNotices.text(NoticeKind.FAILED);
      case LOST -> OwnerNotices.text(NoticeKind.LOST);
      case DISCARDED -> OwnerNotices.text(NoticeKind.DISCARDED);
    };
  }
}
