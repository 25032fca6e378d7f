package dev.ingest.store.s3;

/**
 * How large each part of an upload is, so that 10,000 parts, the most that S3 takes, are enough.
 *
 * <p>The length of a body need not be known, so the size follows from the part's number alone: it
 * doubles after each thousand parts, up to {@link S3Transfer#MAX_PART}. With 8 MiB to begin with,
 * an item has 2.4 TiB at most, and up to 7.8 GiB all of its parts are equal.
 */
record PartSizes(int first) {

  static final int MAX_PARTS = 10_000;

  private static final int STEP = 1_000;

  /** The size of a part in bytes, counted from 1. */
  int of(int number) {
    long doubled = (long) first << ((number - 1) / STEP);
    return (int) Math.min(doubled, S3Transfer.MAX_PART);
  }

  long maxItemBytes() {
    long sum = 0;
    for (int number = 1; number <= MAX_PARTS; number += STEP) {
      sum += (long) STEP * of(number);
    }
    return sum;
  }
}
