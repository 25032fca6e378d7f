package dev.ingest.core;

/**
 * Hears what a scrub finds while it runs; nothing of it is kept. Called by one thread at a time.
 * What it throws ends the scrub.
 */
@FunctionalInterface
public interface ScrubListener {

  /**
   * Hears of a sequence that was looked at.
   *
   * @param sequence the sequence, and what was found
   */
  void read(ScrubReport.Sequence sequence);

  /**
   * Hears how much there is to do, before anything is read.
   *
   * @param due how many sequences are due
   */
  default void begun(long due) {}
}
