package dev.ingest.spi.ledger;

import dev.ingest.spi.SequenceKey;
import java.time.Instant;
import java.util.List;

/**
 * An aggregate of alerts, numbered without gaps; empty ones exist, so that silence is visible.
 *
 * @param ordinal 1 for the first digest of a ledger
 * @param sealedAt when it was sealed, by the ledger's clock
 * @param lines one line per group, in the order of code, pipeline, stage, node version
 */
public record AlertDigest(long ordinal, Instant sealedAt, List<Line> lines) {

  /** The most sample keys of one line. */
  public static final int MAX_SAMPLES = 10;

  /**
   * Copies the lines, validates the ordinal and cuts the time to milliseconds.
   *
   * @param ordinal 1 for the first digest of a ledger
   * @param sealedAt when it was sealed
   * @param lines one line per group
   */
  public AlertDigest {
    Names.atLeast(ordinal, 1, "a digest ordinal");
    sealedAt = Names.millis(sealedAt);
    lines = List.copyOf(lines);
  }

  /**
   * The alerts of one group.
   *
   * @param group the group
   * @param count how many, 1 or more
   * @param first when the first was raised
   * @param last when the last was raised
   * @param samples up to {@link #MAX_SAMPLES} distinct sequences concerned, in key order
   */
  public record Line(
      AlertRow.Group group, long count, Instant first, Instant last, List<SequenceKey> samples) {

    /**
     * Copies the samples, validates the counts and cuts the times to milliseconds.
     *
     * @param group the group
     * @param count how many
     * @param first when the first was raised
     * @param last when the last was raised
     * @param samples up to {@link #MAX_SAMPLES} distinct sequences concerned
     */
    public Line {
      samples = List.copyOf(samples);
      Names.atLeast(count, 1, "a count of alerts");
      Names.atMost(samples.size(), MAX_SAMPLES, "a count of samples");
      first = Names.millis(first);
      last = Names.millis(last);
    }
  }
}
