package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
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
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The system of record, in tables. */
final class SqlLedger implements Ledger {

  private final Database database;
  private final IncarnationId incarnation;

  SqlLedger(Database database, IncarnationId incarnation) {
    this.database = database;
    this.incarnation = incarnation;
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(
        database.read("tell the time", db -> database.dialect().nowMillis(db)));
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    Database.checkBatch(transitions);
    Set<SequenceKey> keys = new HashSet<>();
    List<Change<Outcome>> changes = new ArrayList<>(transitions.size());
    for (Transition transition : transitions) {
      require(keys.add(transition.key()), transition, "is the only one of its sequence");
      require(
          transition.lease() == LeaseEffect.KEEP || transition.after().state() != State.PROCESSING,
          transition,
          "that ends the lease leaves the state PROCESSING");
      changes.add(new TransitionCommit(database.dialect(), incarnation, transition));
    }
    List<Outcome> outcomes =
        database.outcomes("commit " + changes.size() + " transitions", changes);
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
    Database.checkBatch(keys);
    List<SequenceKey> wanted = List.copyOf(keys);
    return database.read(
        "find " + wanted.size() + " entries",
        db -> {
          List<Optional<Entry>> found = new ArrayList<>(wanted.size());
          for (SequenceKey key : wanted) {
            found.add(EntryTable.find(db, key));
          }
          return found;
        });
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.read(
        "read the history of " + key, db -> HistoryTable.list(db, key, afterOrdinal, limit));
  }

  @Override
  public ChainHead checkpoint(SequenceKey key) {
    return ChainHead.EMPTY;
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    int limit = query.limit();
    ScanFilter oneMore = new ScanFilter(query, limit + 1);
    if (oneMore.isEmpty()) {
      return database.read("scan entries", db -> new EntryPage(List.of(), false));
    }
    List<Entry> found = database.read("scan entries", db -> EntryTable.list(db, oneMore));
    boolean more = found.size() > limit;
    return new EntryPage(more ? found.subList(0, limit) : found, more);
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return database.read(
        "find what is due by " + query.kind(),
        db -> {
          long until = Millis.plus(database.dialect().nowMillis(db), query.lead());
          return EntryTable.due(db, query.kind(), until, query.limit());
        });
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return database.read(
        "take a census",
        db -> {
          Instant asOf = Instant.ofEpochMilli(database.dialect().nowMillis(db));
          return TallyTable.census(db, owner, asOf);
        });
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return database.read("add up what " + owner + " holds", db -> TallyTable.usage(db, owner));
  }
}
