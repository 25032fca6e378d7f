package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A ledger whose control records answer a write as the test says; the rest is the ledger's own. */
final class ControlsOf extends ForwardedLedger {

  /** What happens between the reading of a record and its answer. */
  Runnable afterRead = () -> {};

  private final Function<ControlRecord, Outcome> written;

  ControlsOf(LedgerStore store, Function<ControlRecord, Outcome> written) {
    super(store);
    this.written = written;
  }

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
        Optional<ControlRecord> found = controls.read(key);
        afterRead.run();
        return found;
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
}
