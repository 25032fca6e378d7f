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

/** A ledger that passes everything on; a test's own one changes what it is about. */
abstract class ForwardedLedger implements LedgerStore {

  final LedgerStore store;

  ForwardedLedger(LedgerStore store) {
    this.store = store;
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
  public IncarnationId incarnation() {
    return store.incarnation();
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
