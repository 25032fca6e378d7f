package dev.ingest.benchmarks.ledger;

import dev.ingest.spi.ledger.Ledger;
import java.time.Instant;
import java.time.InstantSource;

/** The ledger's time, asked for once and then followed by the monotonic clock, never ahead. */
final class LedgerTime implements InstantSource {

  private final Instant asked;
  private final long since;

  LedgerTime(Ledger ledger) {
    asked = ledger.now();
    since = System.nanoTime();
  }

  @Override
  public Instant instant() {
    return asked.plusMillis((System.nanoTime() - since) / 1_000_000);
  }
}
