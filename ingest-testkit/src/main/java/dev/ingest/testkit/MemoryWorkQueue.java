package dev.ingest.testkit;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The leases, in memory. While a lease runs, visible-at is its end, so one index serves both. */
final class MemoryWorkQueue implements WorkQueue {

  private final InMemoryLedger store;

  MemoryWorkQueue(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public List<Claimed> claim(ClaimRequest request) {
    return store.locked(
        "claim work",
        tables -> {
          Instant now = tables.now();
          Instant until = endOf(now, request.lease());
          List<Claimed> claimed = new ArrayList<>();
          for (Entry due : tables.entries.takeWork(request.work(), now, request.limit())) {
            Entry leased = lease(due, request, until);
            tables.entries.put(leased);
            claimed.add(new Claimed(leased, due.position().lease()));
          }
          return claimed;
        });
  }

  private Entry lease(Entry due, ClaimRequest request, Instant until) {
    Position before = due.position();
    long fence = before.fence() + 1;
    Lease lease =
        new Lease(
            new LeaseToken(store.incarnation(), fence),
            request.node(),
            request.nodeVersion(),
            until);
    State state = before.state() == State.ACCEPTED ? State.PROCESSING : before.state();
    Position leased = new Position(state, before.version() + 1, until, fence, Optional.of(lease));
    return due.with(leased, due.active().withAttempts(due.active().attempts() + 1));
  }

  @Override
  public List<Outcome> renew(List<Held> held, Duration lease) {
    return each(
        held,
        "renew leases",
        tables -> {
          Instant until = endOf(tables.now(), lease);
          return entry -> renewed(entry, until);
        });
  }

  private static Entry renewed(Entry entry, Instant until) {
    Position before = entry.position();
    Optional<Lease> lease =
        before.lease().map(old -> new Lease(old.token(), old.node(), old.nodeVersion(), until));
    return entry.withPosition(
        new Position(before.state(), before.version(), until, before.fence(), lease));
  }

  @Override
  public List<Outcome> handBack(List<Held> held) {
    List<Outcome> outcomes =
        each(
            held,
            "hand leases back",
            tables -> {
              Instant now = tables.now();
              return entry -> handedBack(entry, now);
            });
    store.hintIfApplied(outcomes);
    return outcomes;
  }

  private static Entry handedBack(Entry entry, Instant now) {
    Position before = entry.position();
    State state = before.state() == State.PROCESSING ? State.ACCEPTED : before.state();
    Run run = entry.active();
    return entry.with(
        new Position(state, before.version() + 1, now, before.fence(), Optional.empty()),
        run.withAttempts(Math.max(0, run.attempts() - 1)));
  }

  private interface Change {
    UnaryOperator<Entry> in(MemoryTables tables);
  }

  private List<Outcome> each(List<Held> held, String call, Change change) {
    List<Held> batch = store.checkBatch(held);
    return store.locked(
        call,
        tables -> {
          UnaryOperator<Entry> changed = change.in(tables);
          List<Outcome> outcomes = new ArrayList<>(batch.size());
          for (Held one : batch) {
            Entry stored = tables.entries.get(one.key());
            Outcome outcome =
                stored == null
                    ? Outcome.notApplied(Reason.ABSENT, store.name() + ": no entry of " + one.key())
                    : judge(store, stored, one.token());
            if (stored != null && outcome.isApplied()) {
              tables.entries.put(changed.apply(stored));
            }
            outcomes.add(outcome);
          }
          return outcomes;
        });
  }

  @Override
  public Subscription onArrival(Runnable hint) {
    return store.hints().add(hint);
  }

  /** Compares a token with the stored lease; one of an earlier life of the ledger never fits. */
  static Outcome judge(InMemoryLedger store, Entry stored, LeaseToken token) {
    boolean current =
        token.incarnation().equals(store.incarnation())
            && stored.position().lease().filter(lease -> lease.token().equals(token)).isPresent();
    return current
        ? Outcome.APPLIED
        : Outcome.notApplied(
            Reason.FENCED,
            store.name()
                + ": "
                + stored.key()
                + ": expected "
                + token
                + ", found "
                + stored.position().lease().map(lease -> lease.token().toString()).orElse("none")
                + " in incarnation "
                + store.incarnation()
                + "; drop this work, another attempt owns it");
  }

  private static Instant endOf(Instant now, Duration lease) {
    return MemoryTables.plus(now, lease).truncatedTo(ChronoUnit.MILLIS);
  }
}
