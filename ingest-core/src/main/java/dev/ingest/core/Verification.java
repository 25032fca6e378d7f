package dev.ingest.core;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.util.List;

/**
 * What an examination of one sequence found: raw bytes, result and history, read back now.
 *
 * @param sequence the sequence
 * @param state its state when the examination began
 * @param findings what is wrong, at most {@link #MAX_FINDINGS}; empty means all was read and is as
 *     it must be
 */
public record Verification(SequenceKey sequence, State state, List<Finding> findings) {

  /** The most findings that one examination lists. */
  public static final int MAX_FINDINGS = 1_000;

  /**
   * Copies the list.
   *
   * @param sequence the sequence
   * @param state its state when the examination began
   * @param findings what is wrong
   */
  public Verification {
    findings = List.copyOf(findings);
  }

  /**
   * Tells whether everything was read and is as it must be.
   *
   * @return true without findings
   */
  public boolean isClean() {
    return findings.isEmpty();
  }
}
