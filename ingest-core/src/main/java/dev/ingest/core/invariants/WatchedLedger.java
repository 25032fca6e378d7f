package dev.ingest.core.invariants;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A ledger that looks at its rows before and after every commit, directly around the effect and
 * below whatever loses or delays calls: only there shows whether a stale token took effect (S7),
 * and whether alerts came with their cause (S10). Not safe for use by several threads.
 */
public final class WatchedLedger implements LedgerStore {

  private final LedgerStore store;
  private final Witness witness;
  private final Entries entries = new Entries();
  private final Leases leases = new Leases();
  private Set<SequenceKey> touched = new LinkedHashSet<>();
  private long sharedCommits;

  /**
   * Watches a ledger.
   *
   * @param store the ledger, without faults
   * @param witness who remembers
   */
  public WatchedLedger(LedgerStore store, Witness witness) {
    this.store = store;
    this.witness = witness;
  }

  /**
   * Returns the sequences that changed since the last call.
   *
   * @return the keys in the order of their changes
   */
  public Set<SequenceKey> drainTouched() {
    Set<SequenceKey> drained = touched;
    if (!drained.isEmpty()) {
      touched = new LinkedHashSet<>();
    }
    return drained;
  }

  /**
   * Counts commits of several transitions in one call.
   *
   * @return 0 or more
   */
  public long sharedCommits() {
    return sharedCommits;
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
    return entries;
  }

  @Override
  public WorkQueue work() {
    return leases;
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
  public ControlRecords controls() {
    return store.controls();
  }

  @Override
  public void close() {
    store.close();
  }

  /** What a commit found. */
  record Before(Optional<Entry> entry, Optional<UploadSession> session, boolean repeated) {}

  private Before before(Transition transition) {
    Optional<Entry> entry = store.ledger().find(List.of(transition.key())).get(0);
    Guard guard = transition.guard();
    Optional<SessionId> session =
        guard instanceof Guard.Accept accept
            ? Optional.of(accept.session())
            : guard instanceof Guard.Readmit readmit
                ? Optional.of(readmit.session())
                : Optional.empty();
    long ordinal = transition.row().link().ordinal();
    List<HistoryRow> there = store.ledger().history(transition.key(), ordinal - 1, 1);
    boolean repeated = !there.isEmpty() && there.get(0).step().transition().equals(transition.id());
    return new Before(entry, session.flatMap(store.sessions()::find), repeated);
  }

  private final class Entries implements Ledger {

    @Override
    public Instant now() {
      return store.ledger().now();
    }

    @Override
    public List<Outcome> commit(List<Transition> transitions) {
      sharedCommits += transitions.size() > 1 ? 1 : 0;
      List<Before> before = transitions.stream().map(WatchedLedger.this::before).toList();
      long pending = store.alerts().pending();
      List<Outcome> outcomes = store.ledger().commit(transitions);
      List<Optional<Entry>> after = find(transitions.stream().map(Transition::key).toList());
      long expectedAlerts = pending;
      List<Transition> effective = new ArrayList<>();
      for (int i = 0; i < transitions.size(); i++) {
        Transition transition = transitions.get(i);
        touched.add(transition.key());
        CommitRules.s7Fencing(transition, before.get(i), after.get(i), outcomes.get(i));
        if (!after.get(i).equals(before.get(i).entry())) {
          CommitRules.s10ExplicitFailure(transition, before.get(i));
          witness.committed(transition.key(), transition.alerts());
          expectedAlerts += transition.alerts().size();
          effective.add(transition);
        }
      }
      CommitRules.s10Atomic(effective, expectedAlerts, store.alerts().pending());
      return outcomes;
    }

    @Override
    public List<Optional<Entry>> find(List<SequenceKey> keys) {
      return store.ledger().find(keys);
    }

    @Override
    public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
      return store.ledger().history(key, afterOrdinal, limit);
    }

    @Override
    public ChainHead checkpoint(SequenceKey key) {
      return store.ledger().checkpoint(key);
    }

    @Override
    public EntryPage scan(ScanQuery query) {
      return store.ledger().scan(query);
    }

    @Override
    public List<Entry> due(DueQuery query) {
      return store.ledger().due(query);
    }

    @Override
    public Census census(Optional<OwnerId> owner) {
      return store.ledger().census(owner);
    }

    @Override
    public Holdings holdings() {
      return store.ledger().holdings();
    }
  }

  private final class Leases implements WorkQueue {

    @Override
    public List<Claimed> claim(ClaimRequest request) {
      List<Claimed> claims = store.work().claim(request);
      for (Claimed claim : claims) {
        touched.add(claim.entry().key());
      }
      return claims;
    }

    @Override
    public List<Outcome> renew(List<Held> held, Duration lease) {
      held.forEach(one -> touched.add(one.key()));
      return store.work().renew(held, lease);
    }

    @Override
    public List<Outcome> handBack(List<Held> held) {
      held.forEach(one -> touched.add(one.key()));
      return store.work().handBack(held);
    }

    @Override
    public Subscription onArrival(Runnable hint) {
      return store.work().onArrival(hint);
    }
  }
}
