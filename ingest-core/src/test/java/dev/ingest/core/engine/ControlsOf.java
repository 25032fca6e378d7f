package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A ledger whose control records answer a write as the test says; the rest is the ledger's own. */
record ControlsOf(LedgerStore store, Function<ControlRecord, Outcome> written)
    implements LedgerStore {

  @Override
  public ControlRecords controls() {
    ControlRecords controls = store.controls();
    return new ControlRecords() {
      @Override
      public Outcome write(ControlRecord record) {
        return written.apply(record);
      }

      @Override
      public Optional<ControlRecord> read(ControlRecord.Key key) {
        return controls.read(key);
      }

      @Override
      public List<ControlRecord> list(String kind, String afterName, int limit) {
        return controls.list(kind, afterName, limit);
      }

      @Override
      public Outcome delete(ControlRecord.Key key, long version) {
        return controls.delete(key, version);
      }

      @Override
      public void add(ControlRecord.Key set, List<SequenceKey> members) {
        controls.add(set, members);
      }

      @Override
      public void remove(ControlRecord.Key set, List<SequenceKey> members) {
        controls.remove(set, members);
      }

      @Override
      public List<SequenceKey> members(
          ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
        return controls.members(set, after, limit);
      }
    };
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
  public void close() {
    store.close();
  }
}
