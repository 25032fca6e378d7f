package dev.ingest.core;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import java.time.Instant;
import java.util.Optional;

/**
 * What an hourly census is about.
 *
 * @param from only hours of acceptance that begin then or later
 * @param until only hours of acceptance that begin before then
 * @param route only this route, or all; until sequences are routed, the name of their pipeline
 * @param owner only this owner, or all
 */
public record CensusScope(
    Instant from, Instant until, Optional<String> route, Optional<OwnerId> owner) {

  /** Everything. */
  public static final CensusScope ALL =
      new CensusScope(Instant.MIN, Instant.MAX, Optional.empty(), Optional.empty());

  /** Tells whether a cell is told: one of canaries only if their owner is asked for. */
  boolean covers(CensusKey key) {
    return owner.isPresent() || !key.owner().equals(CanaryPolicy.OWNER);
  }

  /**
   * Asks for a page.
   *
   * @param limit the most cells
   * @return the query
   */
  CensusQuery first(int limit) {
    return new CensusQuery(from, until, route, owner, Optional.empty(), limit);
  }
}
