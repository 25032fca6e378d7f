package dev.ingest.core;

import java.util.List;

/**
 * What became of having everything of one sequence read back that its state says must be stored.
 *
 * @param outcome what is known now
 * @param findings what is damaged or could not be read, at most {@link Verification#MAX_FINDINGS}
 * @param report what was recorded; with equal entries where nothing was
 */
public record Reverification(Outcome outcome, List<Finding> findings, ActReport report) {

  /**
   * Copies the list.
   *
   * @param outcome what is known now
   * @param findings what is damaged or could not be read
   * @param report what was recorded
   */
  public Reverification {
    findings = List.copyOf(findings);
  }

  /** What is known after a reading. */
  public enum Outcome {
    /** Everything was read and is whole; the date of the proof is recorded. */
    PROVEN,
    /** Something is damaged; that is recorded and told. */
    DAMAGED,
    /** Something could not be read, and nothing that was is damaged; nothing is recorded. */
    UNKNOWN
  }
}
