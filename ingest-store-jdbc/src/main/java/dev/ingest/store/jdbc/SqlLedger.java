package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
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
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The system of record, in tables. */
final class SqlLedger implements Ledger {

  private final Database database;
  private final Batches batches;

  SqlLedger(Database database, Batches batches) {
    this.database = database;
    this.batches = batches;
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(
        database.query("tell the time", db -> database.dialect().nowMillis(db)));
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    database.checkBatch(transitions);
    Set<SequenceKey> keys = new HashSet<>();
    for (Transition transition : transitions) {
      require(keys.add(transition.key()), transition, "is the only one of its sequence");
      require(
          transition.lease() == LeaseEffect.KEEP || transition.after().state() != State.PROCESSING,
          transition,
          "that ends the lease leaves the state PROCESSING");
    }
    List<Outcome> outcomes = batches.commit(List.copyOf(transitions));
    if (outcomes.stream().anyMatch(Outcome::isApplied)) {
      database.hints().give();
    }
    return outcomes;
  }

  private static void require(boolean holds, Transition transition, String rule) {
    if (!holds) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, transition.key().toString(), "a transition in a batch " + rule);
    }
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    database.checkBatch(keys);
    return batches.find(List.copyOf(keys));
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.query(
        "read the history of " + key, db -> HistoryTable.list(db, key, afterOrdinal, limit));
  }

  @Override
  public ChainHead checkpoint(SequenceKey key) {
    return database.query(
        "read where the history of " + key + " begins", db -> HistoryTable.checkpoint(db, key));
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    int limit = query.limit();
    ScanFilter oneMore = new ScanFilter(query, limit + 1);
    if (oneMore.isEmpty()) {
      return database.read("scan entries", db -> new EntryPage(List.of(), false));
    }
    List<Entry> found = database.query("scan entries", db -> EntryTable.list(db, oneMore));
    boolean more = found.size() > limit;
    return new EntryPage(more ? found.subList(0, limit) : found, more);
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return database.query(
        "find what is due by " + query.kind(),
        db -> {
          long until = Millis.plus(database.dialect().nowMillis(db), query.lead());
          return EntryTable.due(db, query, until);
        });
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return database.read(
        "take a census",
        db -> {
          Instant asOf = Instant.ofEpochMilli(database.dialect().nowMillis(db));
          return TallyTable.census(db, database.dialect(), owner, asOf);
        });
  }

  @Override
  public Holdings holdings() {
    return new SqlHoldings(database);
  }
}
