package dev.ingest.benchmarks.ledger;

/**
 * One measurement.
 *
 * @param items how many
 * @param nanos in which time
 * @param note what else was seen
 */
record Measured(long items, long nanos, String note) {

  Measured with(String more) {
    return new Measured(items, nanos, note + "; " + more);
  }

  double perSecond() {
    return items * 1e9 / nanos;
  }
}
