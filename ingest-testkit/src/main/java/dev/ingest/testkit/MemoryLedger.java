package dev.ingest.testkit;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The system of record, in memory. */
final class MemoryLedger implements Ledger {

  private final InMemoryLedger store;

  MemoryLedger(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public Instant now() {
    return store.locked("ask the time", MemoryTables::now);
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    List<Transition> batch = store.checkBatch(transitions);
    Set<SequenceKey> keys = new HashSet<>();
    for (Transition transition : batch) {
      if (!keys.add(transition.key())) {
        throw new InvalidValueException(
            Kind.IDENTIFIER,
            transition.key().toString(),
            "a batch of " + store.name() + " has at most one transition of a sequence");
      }
    }
    List<Outcome> committed =
        store.locked(
            "commit transitions",
            tables -> {
              batch.forEach(transition -> checkKind(tables, transition));
              List<Outcome> outcomes = new ArrayList<>(batch.size());
              for (Transition transition : batch) {
                outcomes.add(commit(tables, transition));
              }
              return outcomes;
            });
    store.hintIfApplied(committed);
    return committed;
  }

  private Outcome commit(MemoryTables tables, Transition transition) {
    SequenceKey key = transition.key();
    List<HistoryRow> history = tables.entries.history(key);
    long ordinal = transition.row().link().ordinal();
    if (ordinal <= history.size()
        && history.get((int) ordinal - 1).step().transition().equals(transition.id())) {
      return Outcome.APPLIED;
    }
    Entry stored = tables.entries.get(key);
    Outcome guarded = judge(tables, transition, stored);
    if (!guarded.isApplied()) {
      return guarded;
    }
    if (ordinal != history.size() + 1 || !follows(transition, stored)) {
      return refused(
          Reason.STALE_VERSION,
          key,
          "history row " + (history.size() + 1) + " after the stored chain head",
          "row " + ordinal);
    }
    Entry after = applied(transition, stored);
    session(transition.guard()).ifPresent(id -> tables.sessions.accept(id, tables.now()));
    tables.entries.put(after);
    tables.entries.append(transition.row());
    tables.alerts.add(transition.alerts());
    transition.notice().ifPresent(tables.alerts.notices()::add);
    return Outcome.APPLIED;
  }

  private Outcome judge(MemoryTables tables, Transition transition, @Nullable Entry stored) {
    Guard guard = transition.guard();
    SequenceKey key = transition.key();
    if (guard instanceof Guard.Accept accept) {
      return stored != null
          ? refused(Reason.EXISTS, key, "no entry", "one of version " + stored.version())
          : tables.sessions.judgeOpen(accept.session(), accept.part(), key, store.name());
    }
    if (stored == null) {
      return refused(Reason.ABSENT, key, "an entry", "none");
    }
    if (guard instanceof Guard.Readmit readmit) {
      Outcome version = atVersion(stored, readmit.version());
      return version.isApplied()
          ? tables.sessions.judgeOpen(readmit.session(), readmit.part(), key, store.name())
          : version;
    }
    if (guard instanceof Guard.WithLease with) {
      Outcome lease = MemoryWorkQueue.judge(store, stored, with.token());
      return lease.isApplied() ? atVersion(stored, with.version()) : lease;
    }
    return atVersion(stored, ((Guard.AtVersion) guard).version());
  }

  private Outcome atVersion(Entry stored, long version) {
    return stored.version() == version
        ? Outcome.APPLIED
        : refused(Reason.STALE_VERSION, stored.key(), "version " + version, "" + stored.version());
  }

  private static boolean follows(Transition transition, @Nullable Entry stored) {
    ChainHead head = stored == null ? ChainHead.EMPTY : stored.chain();
    return transition.row().link().previous().equals(head.head());
  }

  /** Holds the engine to what every ledger may rely on when it writes some kinds. */
  private void checkKind(MemoryTables tables, Transition transition) {
    Entry after = transition.after();
    Entry stored = tables.entries.get(after.key());
    if (stored != null && stored.version() + 1 == after.version()) {
      switch (transition.row().step().kind()) {
        case STAGE_DONE ->
            require(
                isStageDone(stored, after),
                after,
                "STAGE_DONE changes position, active run, chain and leftovers mark");
        case EXPIRING ->
            require(
                stored.state() != State.VERIFIED || isExpiry(stored, after),
                after,
                "EXPIRING changes position, time of the proof, what was replaced and chain");
        case EXPIRED ->
            require(
                stored.state() != State.EXPIRING || isExpiry(stored, after),
                after,
                "EXPIRED changes position, time of the proof, what was replaced and chain");
        default -> {}
      }
    }
  }

  private void require(boolean holds, Entry after, String rule) {
    if (!holds) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          after.key().toString(),
          store.name()
              + ": "
              + rule
              + " and nothing else; give what else shall change a transition of its own");
    }
  }

  private static boolean isStageDone(Entry stored, Entry after) {
    Standing marks = stored.standing().withLeftovers(after.standing().leftovers());
    return after.receipt().equals(stored.receipt())
        && after.raw().equals(stored.raw())
        && after.published().equals(stored.published())
        && after.beside().withoutRun().equals(stored.beside().withoutRun())
        && after.beside().run().isPresent() == stored.beside().run().isPresent()
        && after.standing().equals(marks);
  }

  private static boolean isExpiry(Entry stored, Entry after) {
    return after.receipt().equals(stored.receipt())
        && after.raw().equals(stored.raw())
        && after.run().equals(stored.run())
        && after.standing().equals(stored.standing())
        && after
            .published()
            .map(Publication::result)
            .equals(stored.published().map(Publication::result))
        && after
            .published()
            .map(Publication::epoch)
            .equals(stored.published().map(Publication::epoch))
        && after.beside().lastEpoch() == stored.beside().lastEpoch();
  }

  private static Entry applied(Transition transition, @Nullable Entry stored) {
    Entry after = transition.after();
    Position asked = after.position();
    if (stored == null) {
      return after.withPosition(
          new Position(asked.state(), asked.version(), asked.visibleAt(), 0, Optional.empty()));
    }
    Position kept = stored.position();
    return after.withPosition(
        transition.lease() == LeaseEffect.KEEP
            ? new Position(
                asked.state(), asked.version(), kept.visibleAt(), kept.fence(), kept.lease())
            : new Position(
                asked.state(), asked.version(), asked.visibleAt(), kept.fence(), Optional.empty()));
  }

  private static Optional<SessionId> session(Guard guard) {
    if (guard instanceof Guard.Accept accept) {
      return Optional.of(accept.session());
    }
    return guard instanceof Guard.Readmit readmit
        ? Optional.of(readmit.session())
        : Optional.empty();
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    List<SequenceKey> batch = store.checkBatch(keys);
    return store.locked(
        "find entries",
        tables -> {
          List<Optional<Entry>> found = new ArrayList<>(batch.size());
          for (SequenceKey key : batch) {
            found.add(Optional.ofNullable(tables.entries.get(key)));
          }
          return Collections.unmodifiableList(found);
        });
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    InMemoryLedger.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return store.locked(
        "read a history",
        tables -> {
          // Row n has the ordinal n: a commit is refused otherwise, and nothing is dropped.
          List<HistoryRow> rows = tables.entries.history(key);
          int from = (int) Math.min(Math.max(afterOrdinal, 0), rows.size());
          return List.copyOf(rows.subList(from, Math.min(rows.size(), from + limit)));
        });
  }

  @Override
  public ChainHead checkpoint(SequenceKey key) {
    return store.locked("read where the history of " + key + " begins", tables -> ChainHead.EMPTY);
  }

  @Override
  public EntryPage scan(ScanQuery query) {
    List<Entry> found =
        store.locked("scan entries", tables -> tables.entries.scan(query, query.limit() + 1));
    boolean more = found.size() > query.limit();
    return new EntryPage(more ? found.subList(0, query.limit()) : found, more);
  }

  @Override
  public List<Entry> due(DueQuery query) {
    return store.locked(
        "read what is due",
        tables -> {
          Instant until = MemoryTables.plus(tables.now(), query.lead());
          return tables.entries.due(query, until);
        });
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return store.locked(
        "take a census",
        tables -> {
          Map<State, Long> counts =
              owner
                  .map(one -> tables.entries.totals(one).counts())
                  .orElseGet(tables.entries::counts);
          return new Census(counts, tables.sessions.countOpen(owner), tables.now());
        });
  }

  @Override
  public Holdings holdings() {
    return new MemoryHoldings(store);
  }

  private Outcome refused(Reason reason, SequenceKey key, String expected, String actual) {
    return Outcome.notApplied(
        reason, store.name() + ": " + key + ": expected " + expected + ", found " + actual);
  }
}
