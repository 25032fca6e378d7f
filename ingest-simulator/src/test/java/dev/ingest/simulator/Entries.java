package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A system of record that does as told. */
class Entries implements Ledger {

  private final Ledger ledger;

  Entries(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Instant now() {
    return ledger.now();
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    return ledger.commit(transitions);
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    return ledger.find(keys);
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    return ledger.history(key, afterOrdinal, limit);
  }

  @Override
  public ChainHead checkpoint(SequenceKey key) {
    return ledger.checkpoint(key);
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    return ledger.scan(query);
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return ledger.due(query);
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return ledger.census(owner);
  }

  @Override
  public Holdings holdings() {
    return ledger.holdings();
  }
}
