package dev.ingest.core.report;

import dev.ingest.spi.OwnerId;

/**
 * Hears an incident report while it is made; nothing of it is kept. Called by one thread. What it
 * throws ends the report.
 */
public interface IncidentListener {

  /**
   * Hears of an affected sequence; those of an owner come together, in the order of their ids.
   *
   * @param affected the sequence
   */
  void affected(Affected affected);

  /**
   * Hears that an owner's sequences have all been told.
   *
   * @param owner the owner
   * @param count how many are affected, 1 or more
   */
  default void ownerEnded(OwnerId owner, long count) {}

  /**
   * Hears of something about which nothing is known.
   *
   * @param part what could not be read, or what the ledger cannot tell
   */
  default void unread(IncidentReport.Unread part) {}

  /**
   * Hears how far the report has come.
   *
   * @param looked how many sequences were looked at
   */
  default void reached(long looked) {}
}
