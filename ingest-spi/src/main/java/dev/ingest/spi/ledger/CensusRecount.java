package dev.ingest.spi.ledger;

/**
 * The counts of one hour, pipeline and owner as they are kept and as the entries say, both of one
 * moment.
 *
 * @param key the hour of acceptance, the pipeline and the owner
 * @param kept what was kept
 * @param counted what the entries add up to
 */
public record CensusRecount(CensusKey key, CensusCounts kept, CensusCounts counted) {

  /**
   * Tells whether both say the same.
   *
   * @return false if the counts that are kept are wrong
   */
  public boolean agrees() {
    return kept.equals(counted);
  }
}
