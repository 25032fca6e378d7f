package dev.ingest.store.s3;

import java.util.OptionalLong;

/**
 * How large each part of an upload is, so that 10,000 parts, the most that S3 takes, are enough.
 *
 * <p>Where a body tells its length, all parts but the last have one size, as some servers want it:
 * the least one, or what the length takes, up to {@link S3Transfer#MAX_PART}; so the store takes
 * 4.8 TiB of such an item at most. Where it does not, the size follows from the part's number
 * alone: it doubles after each thousand parts, up to the same. With 8 MiB to begin with, such an
 * item has 2.4 TiB at most, and up to 7.8 GiB all of its parts are equal. The store tells an engine
 * the bound of items without a length, which so is that of all items of the engine.
 *
 * @param least the size that was configured in bytes, which is all that the announcement of a
 *     length takes before its bytes come
 * @param first the size of the first part in bytes
 * @param equal whether the others are no larger
 */
record PartSizes(int least, int first, boolean equal) {

  static final int MAX_PARTS = 10_000;

  private static final int STEP = 1_000;

  /** What a size is a multiple of where it follows from a length. */
  private static final long UNIT = 1 << 20;

  /** Sizes that double. */
  PartSizes(int first) {
    this(first, first, false);
  }

  /** The sizes for a body; one for all of its parts if it is known how long it is. */
  PartSizes forBody(OptionalLong length) {
    if (length.isEmpty()) {
      return this;
    }
    long needed = (length.getAsLong() - 1) / MAX_PARTS + 1;
    long size = needed <= least ? least : (needed + UNIT - 1) / UNIT * UNIT;
    return new PartSizes(least, (int) Math.min(size, S3Transfer.MAX_PART), true);
  }

  /** The size of a part in bytes, counted from 1. */
  int of(int number) {
    if (equal) {
      return first;
    }
    long doubled = (long) first << ((number - 1) / STEP);
    return (int) Math.min(doubled, S3Transfer.MAX_PART);
  }

  /** Of bodies of these sizes; where a length is known, of any for which a size was asked. */
  long maxItemBytes() {
    if (equal) {
      return (long) MAX_PARTS * S3Transfer.MAX_PART;
    }
    long sum = 0;
    for (int number = 1; number <= MAX_PARTS; number += STEP) {
      sum += (long) STEP * of(number);
    }
    return sum;
  }
}
