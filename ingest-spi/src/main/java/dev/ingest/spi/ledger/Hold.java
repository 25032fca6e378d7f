package dev.ingest.spi.ledger;

import java.time.Instant;

/**
 * Someone's order not to let raw bytes go.
 *
 * @param actor who, at most 128 characters
 * @param reason why, at most 500 characters
 * @param at since when, in milliseconds
 */
public record Hold(String actor, String reason, Instant at) {

  /**
   * Validates the lengths and cuts the time to milliseconds.
   *
   * @param actor who
   * @param reason why
   * @param at since when
   */
  public Hold {
    Names.bounded(actor, 128, "an actor");
    Names.bounded(reason, 500, "a reason");
    at = Names.millis(at);
  }
}
