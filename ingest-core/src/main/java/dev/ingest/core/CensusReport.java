package dev.ingest.core;

import dev.ingest.spi.ledger.CensusCounts;

/**
 * What an hourly census or a recount came to.
 *
 * @param cells how many cells, each of an hour, a route and an owner, were read
 * @param totals the sums of their counts; of a recount those that were counted
 * @param differing how many cells do not add up; in a recount, how many are kept wrongly
 */
public record CensusReport(long cells, CensusCounts totals, long differing) {

  /** Nothing was read. */
  static final CensusReport NONE = new CensusReport(0, CensusCounts.NONE, 0);

  /**
   * Tells whether everything that was accepted is in exactly one state, as far as was read.
   *
   * @return false if any cell differs
   */
  public boolean isConsistent() {
    return differing == 0;
  }

  CensusReport plus(CensusCounts counts, boolean differs) {
    return new CensusReport(cells + 1, totals.plus(counts), differing + (differs ? 1 : 0));
  }
}
