package dev.ingest.testkit.fault;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;

/**
 * A ledger at whose calls, in all five roles, things go wrong. Injected errors are {@link
 * LedgerException}s, and a {@link SimulatedCrash} where the process dies. As safe for use by
 * several threads as what it wraps and the injector are.
 */
public final class FaultingLedger implements LedgerStore {

  private final LedgerStore store;
  private final FaultGate gate;

  /**
   * Wraps a ledger; stale reads are refused.
   *
   * @param store the ledger
   * @param injector what goes wrong
   */
  public FaultingLedger(LedgerStore store, FaultInjector injector) {
    this(store, injector, false);
  }

  /**
   * Wraps a ledger.
   *
   * @param store the ledger
   * @param injector what goes wrong
   * @param staleReads whether {@link Fault.StaleRead} is allowed, which breaks the interface
   */
  public FaultingLedger(LedgerStore store, FaultInjector injector, boolean staleReads) {
    this.store = store;
    this.gate = new FaultGate(store.name(), injector, LedgerException::new, staleReads);
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
    return gate.whole(CallSite.Role.CONTROLS, "renew", () -> store.renew(expected, next));
  }

  @Override
  public Ledger ledger() {
    return new FaultingEntries(store.ledger(), gate);
  }

  @Override
  public WorkQueue work() {
    return new FaultingWork(store.work(), gate);
  }

  @Override
  public UploadSessions sessions() {
    return new FaultingSessions(store.sessions(), gate);
  }

  @Override
  public AlertOutbox alerts() {
    return new FaultingAlerts(store.alerts(), gate);
  }

  @Override
  public ControlRecords controls() {
    return new FaultingControls(store.controls(), gate);
  }

  @Override
  public void close() {
    store.close();
  }
}
