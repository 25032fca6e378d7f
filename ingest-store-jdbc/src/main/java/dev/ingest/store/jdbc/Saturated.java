package dev.ingest.store.jdbc;

/** Sums that stop at the ends of the range instead of passing them. */
final class Saturated {

  private Saturated() {}

  static long sum(long a, long b) {
    long sum = a + b;
    boolean overflown = ((a ^ sum) & (b ^ sum)) < 0;
    if (!overflown) {
      return sum;
    }
    return b < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }
}
