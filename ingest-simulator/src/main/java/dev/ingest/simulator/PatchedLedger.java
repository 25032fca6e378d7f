package dev.ingest.simulator;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;

/** A ledger with some of its roles replaced. */
record PatchedLedger(
    LedgerStore store,
    Ledger ledger,
    UploadSessions sessions,
    ControlRecords controls,
    AlertOutbox alerts)
    implements LedgerStore {

  PatchedLedger(LedgerStore store, Ledger ledger, UploadSessions sessions) {
    this(store, ledger, sessions, store.controls());
  }

  PatchedLedger(
      LedgerStore store, Ledger ledger, UploadSessions sessions, ControlRecords controls) {
    this(store, ledger, sessions, controls, store.alerts());
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
  public WorkQueue work() {
    return store.work();
  }

  @Override
  public void close() {
    store.close();
  }
}
