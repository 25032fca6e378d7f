package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.function.Supplier;

/** A ledger that tells its incarnation as the test says; the rest is the ledger's own. */
final class LifeAsked extends ForwardedLedger {

  private final Supplier<IncarnationId> life;

  LifeAsked(LedgerStore store, Supplier<IncarnationId> life) {
    super(store);
    this.life = life;
  }

  @Override
  public IncarnationId incarnation() {
    return life.get();
  }
}
