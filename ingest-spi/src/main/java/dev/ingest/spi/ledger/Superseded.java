package dev.ingest.spi.ledger;

import java.time.Instant;

/**
 * A result that another one has replaced, and that stays for a while, so that both can be compared.
 *
 * @param publication what readers saw before
 * @param until until when its bytes stay, by the ledger's clock, in milliseconds
 */
public record Superseded(Publication publication, Instant until) {

  /**
   * Cuts the time to milliseconds.
   *
   * @param publication what readers saw before
   * @param until until when its bytes stay
   */
  public Superseded {
    until = Names.millis(until);
  }
}
