package dev.ingest.spi.ledger;

import dev.ingest.spi.SequencePlace;
import java.util.Optional;

/**
 * A page of entries to read in the order of their places.
 *
 * @param after only places greater than this one, or from the start
 * @param until no places greater than this one; {@link SequencePlace#LAST} for all
 * @param limit the most rows, 1 to {@link ScanQuery#MAX_LIMIT}
 */
public record AuditQuery(Optional<SequencePlace> after, SequencePlace until, int limit) {

  /**
   * Validates the limit.
   *
   * @param after only places greater than this one
   * @param until no places greater than this one
   * @param limit the most rows
   */
  public AuditQuery {
    Names.limit(limit, ScanQuery.MAX_LIMIT);
  }

  /**
   * Asks for the page that follows a place.
   *
   * @param place the last place of the page before
   * @return the query
   */
  public AuditQuery after(SequencePlace place) {
    return new AuditQuery(Optional.of(place), until, limit);
  }
}
