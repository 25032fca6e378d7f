package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A ledger whose commits never get through, so that a submission ends after its manifest. */
record RefusingAccept(LedgerStore inner) implements LedgerStore, Ledger {

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    throw new LedgerException("the ledger is cut off");
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public LedgerCapabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public IncarnationId incarnation() {
    return inner.incarnation();
  }

  @Override
  public Ledger ledger() {
    return this;
  }

  @Override
  public WorkQueue work() {
    return inner.work();
  }

  @Override
  public UploadSessions sessions() {
    return inner.sessions();
  }

  @Override
  public AlertOutbox alerts() {
    return inner.alerts();
  }

  @Override
  public ControlRecords controls() {
    return inner.controls();
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public Instant now() {
    return inner.ledger().now();
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    return inner.ledger().find(keys);
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    return inner.ledger().history(key, afterOrdinal, limit);
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    return inner.ledger().scan(query);
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return inner.ledger().due(query);
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return inner.ledger().census(owner);
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return inner.ledger().usage(owner);
  }
}
