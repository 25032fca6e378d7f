package dev.ingest.core.engine;

import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RateSource.Tally;
import dev.ingest.spi.Digest;
import dev.ingest.spi.OwnerId;
import java.util.Map;

/**
 * What became of one owner's sequences in one pipeline.
 *
 * @param well how many were verified
 * @param failed how many FAILED
 * @param overdue how many are past their deadline and neither of the two
 */
record OwnEnds(long well, long failed, long overdue) {

  static final OwnEnds NONE = new OwnEnds(0, 0, 0);

  /** Numbers an owner, in 64 bits of a hash; two of a million share one with odds of 1 : 10^7. */
  static long number(OwnerId owner) {
    return Long.parseUnsignedLong(Digest.ofUtf8(owner.value()).hex().substring(0, 16), 16);
  }

  OwnEnds plus(OwnEnds other) {
    return new OwnEnds(well + other.well, failed + other.failed, overdue + other.overdue);
  }

  /**
   * The difference, where nothing is less than none. What failed before and no more was redriven,
   * so that as many may have ended well by now; they tell of what went before.
   */
  OwnEnds since(OwnEnds before) {
    long redriven = Math.max(0, before.failed - failed);
    return new OwnEnds(
        Math.max(0, well - before.well - redriven),
        Math.max(0, failed - before.failed),
        Math.max(0, overdue - before.overdue));
  }

  static OwnEnds sum(Map<Long, OwnEnds> owners) {
    return owners.values().stream().reduce(NONE, OwnEnds::plus);
  }

  /** Counts sequences, each as independent of the others. */
  Counts bySequence() {
    return new Counts(well, failed, overdue);
  }

  /** Counts each owner once. */
  static Counts byOwner(Map<Long, OwnEnds> owners) {
    OwnEnds sum = sum(owners);
    Tally units =
        owners.values().stream()
            .map(own -> Tally.ofOwner(own.well, own.failed, own.overdue))
            .reduce(Tally.of(0, 0, 0), Tally::plus);
    return new Counts(Tally.of(sum.well, sum.failed, sum.overdue), units);
  }
}
