package dev.ingest.spi.ledger;

import dev.ingest.spi.OwnerId;
import java.time.Instant;
import java.util.Optional;

/**
 * A page of an hourly census to read.
 *
 * @param from only hours that begin then or later
 * @param until only hours that begin before then
 * @param pipeline only this pipeline, or all
 * @param owner only this owner, or all
 * @param after only keys greater than this one, or from the start
 * @param limit the most cells, 1 to {@link ScanQuery#MAX_LIMIT}
 */
public record CensusQuery(
    Instant from,
    Instant until,
    Optional<String> pipeline,
    Optional<OwnerId> owner,
    Optional<CensusKey> after,
    int limit) {

  private static final long SECONDS = 3_600;

  /**
   * Validates the limit.
   *
   * @param from only hours that begin then or later
   * @param until only hours that begin before then
   * @param pipeline only this pipeline
   * @param owner only this owner
   * @param after only keys greater than this one
   * @param limit the most cells
   */
  public CensusQuery {
    Names.limit(limit, ScanQuery.MAX_LIMIT);
  }

  /**
   * Asks for everything.
   *
   * @param limit the most cells of a page
   * @return the query
   */
  public static CensusQuery all(int limit) {
    return new CensusQuery(
        Instant.MIN, Instant.MAX, Optional.empty(), Optional.empty(), Optional.empty(), limit);
  }

  /**
   * Asks for the page that follows a key.
   *
   * @param key the last key of the page before
   * @return the query
   */
  public CensusQuery after(CensusKey key) {
    return new CensusQuery(from, until, pipeline, owner, Optional.of(key), limit);
  }

  /**
   * Numbers the first hour.
   *
   * @return hours since 1970 in UTC
   */
  public long firstHour() {
    return -Math.floorDiv(-from.getEpochSecond() - (from.getNano() > 0 ? 1 : 0), SECONDS);
  }

  /**
   * Numbers the hour before which the last one lies.
   *
   * @return hours since 1970 in UTC
   */
  public long endHour() {
    return -Math.floorDiv(-until.getEpochSecond() - (until.getNano() > 0 ? 1 : 0), SECONDS);
  }

  /**
   * Tells whether a key is asked for.
   *
   * @param key the key
   * @return whether it fits, and comes after what was read
   */
  public boolean fits(CensusKey key) {
    return key.number() >= firstHour()
        && key.number() < endHour()
        && pipeline.map(key.pipeline()::equals).orElse(true)
        && owner.map(key.owner()::equals).orElse(true)
        && after.map(last -> last.compareTo(key) < 0).orElse(true);
  }
}
