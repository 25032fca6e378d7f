package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.util.function.Supplier;

/** A ledger that tells its incarnation as the test says; the rest is the ledger's own. */
record LifeAsked(LedgerStore store, Supplier<IncarnationId> life) implements LedgerStore {

  @Override
  public IncarnationId incarnation() {
    return life.get();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public LedgerCapabilities capabilities() {
    return store.capabilities();
  }

  @Override
  public Outcome renew(IncarnationId expected, IncarnationId next) {
    return store.renew(expected, next);
  }

  @Override
  public Ledger ledger() {
    return store.ledger();
  }

  @Override
  public WorkQueue work() {
    return store.work();
  }

  @Override
  public UploadSessions sessions() {
    return store.sessions();
  }

  @Override
  public AlertOutbox alerts() {
    return store.alerts();
  }

  @Override
  public ControlRecords controls() {
    return store.controls();
  }

  @Override
  public void close() {
    store.close();
  }
}
