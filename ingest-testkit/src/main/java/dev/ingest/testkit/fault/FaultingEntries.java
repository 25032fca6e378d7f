package dev.ingest.testkit.fault;

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
import dev.ingest.testkit.fault.CallSite.Role;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The system of record, with faults. */
record FaultingEntries(Ledger ledger, FaultGate gate) implements Ledger {

  @Override
  public Instant now() {
    return gate.whole(Role.LEDGER, "now", ledger::now);
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    return gate.batch(
        Role.LEDGER,
        "commit",
        () -> ledger.commit(transitions),
        kept -> ledger.commit(FaultGate.first(transitions, kept)));
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    return gate.read(Role.LEDGER, "find", List.copyOf(keys), () -> ledger.find(keys));
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    return gate.read(
        Role.LEDGER,
        "history",
        List.of(key, afterOrdinal, limit),
        () -> ledger.history(key, afterOrdinal, limit));
  }

  @Override
  public ChainHead checkpoint(SequenceKey key) {
    return gate.read(Role.LEDGER, "checkpoint", List.of(key), () -> ledger.checkpoint(key));
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    return gate.read(Role.LEDGER, "scan", List.of(query), () -> ledger.scan(query));
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return gate.read(Role.LEDGER, "due", List.of(query), () -> ledger.due(query));
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return gate.read(Role.LEDGER, "census", List.of(owner), () -> ledger.census(owner));
  }

  @Override
  public Holdings holdings() {
    return new FaultingHoldings(ledger.holdings(), gate);
  }
}
