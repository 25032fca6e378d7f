package dev.ingest.core.engine;

import dev.ingest.spi.SequencePlace;

/**
 * About how much of all places an audit is through, whose ranges are read in any order, several at
 * a time. Never becomes less. For one thread.
 */
final class AuditShare {

  private static final int DIGITS = 8;
  private static final int HEX = 16;
  private static final long ALL = 1L << 32;

  private final long[] read;
  private long sum;

  /**
   * Begins with nothing.
   *
   * @param ranges into how many ranges all places are divided, a divisor of 256
   */
  AuditShare(int ranges) {
    this.read = new long[ranges];
  }

  /** Hears that the range of a place was read up to that place. */
  void reached(SequencePlace place) {
    long digits = Long.parseLong(place.value().substring(0, DIGITS), HEX);
    long width = ALL / read.length;
    int range = (int) (digits / width);
    long more = Math.max(0, digits % width + 1 - read[range]);
    read[range] += more;
    sum += more;
  }

  /** Returns the share, from 0 to 1. */
  double value() {
    return sum / (double) ALL;
  }
}
