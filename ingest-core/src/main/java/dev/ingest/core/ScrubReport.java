package dev.ingest.core;

import dev.ingest.core.Reverification.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.time.Instant;

/**
 * What a scrub looked at and how it ended. The sequences themselves went to its {@link
 * ScrubListener}.
 *
 * @param proven how many sequences were read and are whole
 * @param damaged how many have damage, which is recorded and told
 * @param unread how many could not be read; they are due still
 * @param left how many are due and were not looked at, because of the limit or because the content
 *     store seems to be out
 * @param bytes how many bytes were read
 */
public record ScrubReport(long proven, long damaged, long unread, long left, long bytes) {

  /**
   * A sequence that was looked at.
   *
   * @param key the sequence
   * @param state its state before
   * @param provenAt when it was proven last before; of a FAILED one, when its raw bytes were read
   *     last, or it failed
   * @param outcome what is known now
   * @param why what is damaged or could not be read; empty if it is whole
   */
  public record Sequence(
      SequenceKey key, State state, Instant provenAt, Outcome outcome, String why) {}

  /**
   * Tells whether everything that was due was read.
   *
   * @return true if nothing is unread or left
   */
  public boolean isComplete() {
    return unread == 0 && left == 0;
  }

  /**
   * Tells whether everything that was due was proven.
   *
   * @return true if it is complete and nothing is damaged
   */
  public boolean isClean() {
    return isComplete() && damaged == 0;
  }
}
