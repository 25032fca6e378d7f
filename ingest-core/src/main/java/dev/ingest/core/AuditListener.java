package dev.ingest.core;

/**
 * Hears what an audit finds while it runs; nothing of it is kept. Called by one thread at a time.
 * What it throws ends the audit.
 */
@FunctionalInterface
public interface AuditListener {

  /**
   * Hears of a finding, which was confirmed.
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
   * @param share how much of all places that is, about, from 0 to 1
   */
  default void reached(AuditReport.Looked looked, double share) {}
}
