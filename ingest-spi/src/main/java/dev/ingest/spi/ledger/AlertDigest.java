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
   * @param message what the alert that was written last says, at most {@link AlertRow#MAX_MESSAGE}
   *     characters; empty text in digests that an earlier release sealed
   */
  public record Line(
      AlertRow.Group group,
      long count,
      Instant first,
      Instant last,
      List<SequenceKey> samples,
      String message) {

    /**
     * Copies the samples, validates the bounds and cuts the times to milliseconds.
     *
     * @param group the group
     * @param count how many
     * @param first when the first was raised
     * @param last when the last was raised
     * @param samples up to {@link #MAX_SAMPLES} distinct sequences concerned
     * @param message what the alert that was written last says
     */
    public Line {
      samples = List.copyOf(samples);
      Names.atLeast(count, 1, "a count of alerts");
      Names.atMost(samples.size(), MAX_SAMPLES, "a count of samples");
      Names.bounded(message, AlertRow.MAX_MESSAGE, "an alert message");
      first = Names.millis(first);
      last = Names.millis(last);
    }
  }
}
