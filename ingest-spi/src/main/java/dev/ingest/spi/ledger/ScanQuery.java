package dev.ingest.spi.ledger;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import java.util.Optional;
import java.util.Set;

/**
 * A page of entries to read, in key order.
 *
 * @param owner only this owner's, or everybody's
 * @param id only sequences of this name, or all
 * @param states only entries in one of these states; empty for all
 * @param after only keys greater than this one, or from the start
 * @param limit the most entries, 1 to {@link #MAX_LIMIT}
 */
public record ScanQuery(
    Optional<OwnerId> owner,
    Optional<SequenceId> id,
    Set<State> states,
    Optional<SequenceKey> after,
    int limit) {

  /** The most entries of one page. */
  public static final int MAX_LIMIT = 1_000;

  /**
   * Copies the set and validates the limit.
   *
   * @param owner only this owner's
   * @param id only sequences of this name
   * @param states only entries in one of these states
   * @param after only keys greater than this one
   * @param limit the most entries
   */
  public ScanQuery {
    states = Set.copyOf(states);
    Names.limit(limit, MAX_LIMIT);
  }

  /**
   * Asks for the first page of everything.
   *
   * @param limit the most entries
   * @return the query
   */
  public static ScanQuery all(int limit) {
    return new ScanQuery(Optional.empty(), Optional.empty(), Set.of(), Optional.empty(), limit);
  }

  /**
   * Asks for the page that follows a key.
   *
   * @param key the last key of the page before
   * @return the query
   */
  public ScanQuery after(SequenceKey key) {
    return new ScanQuery(owner, id, states, Optional.of(key), limit);
  }
}
