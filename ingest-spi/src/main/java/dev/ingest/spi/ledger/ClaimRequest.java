package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.NodeId;
import java.time.Duration;
import java.util.Set;

/**
 * A node's wish for work.
 *
 * @param node who asks
 * @param nodeVersion its code version, at most 64 characters
 * @param work what it can do, at most {@link #MAX_WORK} kinds; nothing else is claimed
 * @param limit the most entries, 1 to {@link #MAX_LIMIT}
 * @param lease how long the leases run
 */
public record ClaimRequest(
    NodeId node, String nodeVersion, Set<WorkRef> work, int limit, Duration lease) {

  /** The most kinds of work of one claim. */
  public static final int MAX_WORK = 1_000;

  /** The most entries of one claim. */
  public static final int MAX_LIMIT = 1_000;

  /**
   * Copies the set and validates the bounds.
   *
   * @param node who asks
   * @param nodeVersion its code version
   * @param work what it can do
   * @param limit the most entries
   * @param lease how long the leases run
   */
  public ClaimRequest {
    work = Set.copyOf(work);
    Names.atMost(work.size(), MAX_WORK, "a count of kinds of work");
    Names.bounded(nodeVersion, 64, "a node version");
    Names.limit(limit, MAX_LIMIT);
    if (lease.isNegative() || lease.isZero()) {
      throw new InvalidValueException(Kind.TIME, lease.toString(), "a lease is longer than zero");
    }
  }
}
