package dev.ingest.core;

/**
 * Hears what an audit finds while it runs; nothing of it is kept. The calls come one at a time and
 * see all that those before them did, but not all on the same thread: each on the one that reads
 * the range of places. What it throws ends the audit: nothing is told after that, and who audits
 * gets it as it was thrown.
 */
@FunctionalInterface
public interface AuditListener {

  /**
   * Hears of a finding, which was confirmed. All findings of one place come after one another; the
   * places come in their order only if one range is read at a time ({@link AuditOptions#ranges}).
   *
   * @param finding the finding
   */
  void found(AuditFinding finding);

  /**
   * Hears of a part that could not be read.
   *
   * @param part the part
   */
  default void unread(AuditReport.Unread part) {}

  /**
   * Hears how far the audit has come.
   *
   * @param looked how much was looked at
   * @param share how much of all places that is, about, from 0 to 1; never less than before
   */
  default void reached(AuditReport.Looked looked, double share) {}
}
