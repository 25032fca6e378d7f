package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A ledger that keeps what it was asked, and lets a test stand in the way of commits. Safe for use
 * by several threads.
 */
final class CountedLedger extends ForwardedLedger {

  final List<List<Transition>> commits = Collections.synchronizedList(new ArrayList<>());
  final List<Integer> claimLimits = Collections.synchronizedList(new ArrayList<>());
  final List<List<Held>> renewals = Collections.synchronizedList(new ArrayList<>());
  final List<List<Held>> handBacks = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger timesAsked = new AtomicInteger();
  final AtomicInteger found = new AtomicInteger();
  final AtomicInteger hints = new AtomicInteger();

  /** What becomes of a commit; the ledger's own answer unless a test sets it. */
  volatile Function<List<Transition>, List<Outcome>> onCommit;

  /** What happens before the ledger tells its time or claims. */
  volatile Runnable onRead = () -> {};

  /** What happens before entries are found. */
  volatile Runnable onFind = () -> {};

  /** What becomes of the answer to a claim. */
  volatile UnaryOperator<List<Claimed>> onClaimed = claimed -> claimed;

  /** What happens before leases are renewed. */
  volatile Runnable onRenew = () -> {};

  /** What becomes of the answer to a renewal. */
  volatile UnaryOperator<List<Outcome>> onRenewed = outcomes -> outcomes;

  /** What happens before leases are handed back. */
  volatile Runnable onHandBack = () -> {};

  CountedLedger(LedgerStore store) {
    super(store);
    this.onCommit = this::commitBelow;
  }

  List<Outcome> commitBelow(List<Transition> transitions) {
    return store.ledger().commit(transitions);
  }

  @Override
  public Ledger ledger() {
    return new Entries();
  }

  @Override
  public WorkQueue work() {
    return new Work();
  }

  private final class Entries implements Ledger {

    @Override
    public Instant now() {
      timesAsked.incrementAndGet();
      onRead.run();
      return store.ledger().now();
    }

    @Override
    public List<Outcome> commit(List<Transition> transitions) {
      commits.add(List.copyOf(transitions));
      return onCommit.apply(transitions);
    }

    @Override
    public List<Optional<Entry>> find(List<SequenceKey> keys) {
      found.incrementAndGet();
      onFind.run();
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

  private final class Work implements WorkQueue {

    @Override
    public List<Claimed> claim(ClaimRequest request) {
      claimLimits.add(request.limit());
      onRead.run();
      return onClaimed.apply(store.work().claim(request));
    }

    @Override
    public List<Outcome> renew(List<Held> held, Duration lease) {
      renewals.add(List.copyOf(held));
      onRenew.run();
      return onRenewed.apply(store.work().renew(held, lease));
    }

    @Override
    public List<Outcome> handBack(List<Held> held) {
      handBacks.add(List.copyOf(held));
      onHandBack.run();
      return store.work().handBack(held);
    }

    @Override
    public Subscription onArrival(Runnable hint) {
      hints.incrementAndGet();
      Subscription below = store.work().onArrival(hint);
      return () -> {
        hints.decrementAndGet();
        below.close();
      };
    }
  }
}
