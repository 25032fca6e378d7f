package dev.ingest.spi.ledger;

import dev.ingest.spi.NodeId;
import java.time.Instant;

/**
 * A claim that is running.
 *
 * @param token the right to commit
 * @param node who holds it
 * @param nodeVersion the code version of the holder, at most 64 characters
 * @param until when it ends unless renewed, by the ledger's clock, in milliseconds
 */
public record Lease(LeaseToken token, NodeId node, String nodeVersion, Instant until) {

  /**
   * Validates the version's length and cuts the time to milliseconds.
   *
   * @param token the right to commit
   * @param node who holds it
   * @param nodeVersion the code version of the holder
   * @param until when it ends unless renewed
   */
  public Lease {
    Names.bounded(nodeVersion, 64, "a node version");
    until = Names.millis(until);
  }
}
