package dev.ingest.cli.incident;

import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.util.List;

/**
 * How a replay ended.
 *
 * @param guards whether it was on the library
 * @param accepted how many sequences were taken in
 * @param stalled how many of them stalled
 * @param leftOut those of which the backfill reported success without writing
 * @param lost those that are neither published nor stored any more
 * @param mismatches what did not come as the truth says; empty if all did
 * @param took how long it took
 */
public record Outcome(
    boolean guards,
    int accepted,
    int stalled,
    List<SequenceKey> leftOut,
    List<SequenceKey> lost,
    List<String> mismatches,
    Duration took) {

  /**
   * Copies the lists.
   *
   * @param guards whether it was on the library
   * @param accepted how many sequences were taken in
   * @param stalled how many of them stalled
   * @param leftOut those of which the backfill reported success without writing
   * @param lost those that are neither published nor stored any more
   * @param mismatches what did not come as the truth says
   * @param took how long it took
   */
  public Outcome {
    leftOut = List.copyOf(leftOut);
    lost = List.copyOf(lost);
    mismatches = List.copyOf(mismatches);
  }
}
