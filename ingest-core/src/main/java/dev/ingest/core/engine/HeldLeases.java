package dev.ingest.core.engine;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.ingest.core.StageCancelledException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases that this node holds, and their renewal: one call of the ledger for all of them at
 * each tick, and one more for each batch size of the ledger that they exceed ({@link Renewal} says
 * what happens to a call that fails). What is not finished is given up one by one, stays held and
 * renewed meanwhile, and is handed back together.
 *
 * <p><b>When a lease is active.</b> From before the call that claimed or last renewed it, for as
 * long as a lease runs less a thousandth for clocks of different rates, by the time that passes
 * here. So it ends here no later than in the ledger, also while a renewal hangs and after a process
 * stood still, and the work under it is cancelled at its next check. A renewal that comes through
 * afterwards makes it active again: nobody else has taken it then.
 *
 * <p><b>When a lease is lost.</b> When the ledger says so, or this node has claimed the sequence
 * anew. Only then is finished work dropped: a lease that has run out and was not taken by anybody
 * still holds, and the ledger still takes its commit. Losing it locally is only thrift: what
 * protects the result is the token, which the ledger compares at the commit.
 *
 * <p><b>A lease that is left</b> to another system runs for longer, once, and is no longer this
 * node's to renew: only who has the token of the stage ends or extends it, on whatever node. It
 * leaves the set between two rounds and is extended then, so that no round cuts it short again.
 *
 * <p>Thread-safe.
 */
public final class HeldLeases {

  private static final Logger LOG = LoggerFactory.getLogger(HeldLeases.class);
  private static final int RATE_ALLOWANCE = 1_000;

  private final Node node;
  private final long activeNanos;
  private final ConcurrentMap<SequenceKey, Grip> grips = new ConcurrentHashMap<>();
  private final Queue<Grip> givenUp = new ConcurrentLinkedQueue<>();
  private final ReentrantLock round = new ReentrantLock();
  private volatile boolean isUnanswered;
  private volatile boolean stopping;

  /**
   * Creates an empty set of leases.
   *
   * @param node what it works for
   */
  public HeldLeases(Node node) {
    this.node = node;
    this.activeNanos = allowed(node.policies().work().lease());
  }

  /**
   * Renews everything that is held; to be called a few times per lease time, by one thread.
   *
   * @return how many leases were renewed
   * @throws RuntimeException the last error, if any lease could not be renewed because of one; the
   *     others are
   */
  public int tick() {
    Renewal renewal = new Renewal(node);
    isUnanswered = true;
    round.lock();
    try {
      renewal.renew(batches(new ArrayList<>(grips.values())));
    } finally {
      round.unlock();
      isUnanswered = renewal.isUnanswered();
    }
    // Read anew, so that what is claimed from now on is claimed in the life that the ledger is in.
    node.ledger().incarnation();
    return renewal.result();
  }

  /**
   * Hands back what was given up, all in one call where the ledger's batch size allows. What the
   * ledger did not take back runs out.
   *
   * @return how many leases were handed back
   * @throws RuntimeException the last error, if any call failed; the others were made
   */
  public int handBack() {
    List<Grip> all = new ArrayList<>();
    for (Grip grip = givenUp.poll(); grip != null; grip = givenUp.poll()) {
      all.add(grip);
    }
    @Nullable RuntimeException failure = null;
    int returned = 0;
    try {
      for (List<Grip> batch : batches(all)) {
        try {
          returned += handBack(batch);
        } catch (RuntimeException e) {
          failure = e;
        } finally {
          batch.forEach(this::release);
        }
      }
    } finally {
      // Whatever ends this, nobody would come back to them, and they would be renewed for ever.
      all.forEach(this::release);
    }
    if (failure != null) {
      throw failure;
    }
    return returned;
  }

  private int handBack(List<Grip> batch) {
    List<Outcome> outcomes =
        node.ledger().work().handBack(batch.stream().map(grip -> grip.held).toList());
    int returned = 0;
    for (int i = 0; i < batch.size(); i++) {
      if (outcomes.get(i).isApplied()) {
        returned++;
      } else {
        LOG.info(
            "{} was not handed back ({}); its lease runs out",
            batch.get(i).held.key(),
            outcomes.get(i));
      }
    }
    return returned;
  }

  /** Cuts leases into batches in the order of their keys. */
  private List<List<Grip>> batches(List<Grip> all) {
    all.sort(Comparator.comparing((Grip grip) -> grip.held.key()));
    int size = node.ledger().capabilities().maxBatch();
    List<List<Grip>> batches = new ArrayList<>();
    for (int from = 0; from < all.size(); from += size) {
      batches.add(all.subList(from, Math.min(all.size(), from + size)));
    }
    return batches;
  }

  /**
   * Holds a lease.
   *
   * @param key the sequence
   * @param token the lease
   * @param asked when the call that claimed it began, as {@link Seams#elapsed()} said
   */
  Grip hold(SequenceKey key, LeaseToken token, long asked) {
    Grip grip = new Grip(new Held(key, token), asked);
    Grip before = grips.put(key, grip);
    if (before != null) {
      // This node has claimed anew what it held before: that lease had run out.
      before.lost = true;
    }
    return grip;
  }

  void release(Grip grip) {
    grips.remove(grip.held.key(), grip);
  }

  /** Leaves a lease to the next {@link #handBack()}. */
  void giveUp(Grip grip) {
    if (grip.lost) {
      release(grip);
    } else {
      givenUp.add(grip);
    }
  }

  /**
   * Leaves a lease to another system: extends it durably, after which it is renewed no more here.
   *
   * @param grip the lease
   * @param time how long it runs from now
   * @throws StageCancelledException if it is lost
   * @throws dev.ingest.core.OutcomeUnknownException if the ledger does not answer; it is held as
   *     before then
   */
  void leave(Grip grip, Duration time) {
    round.lock();
    try {
      grips.remove(grip.held.key(), grip);
    } finally {
      round.unlock();
    }
    boolean isLeft = false;
    try {
      extend(grip, time);
      isLeft = true;
    } finally {
      if (!isLeft && !grip.lost && grips.putIfAbsent(grip.held.key(), grip) != null) {
        grip.lost = true;
      }
    }
  }

  /** Takes a lease that was left, for one call, without renewing it. */
  Grip take(Held left, Duration time) {
    Grip grip = new Grip(left, elapsed());
    grip.activeFor = allowed(time);
    return grip;
  }

  /** Has a lease run for a time from now. */
  void extend(Grip grip, Duration time) {
    long asked =
        Retries.settled(node, "extending the lease on " + grip.held.key(), () -> ask(grip, time));
    grip.checkNotLost();
    grip.activeFor = allowed(time);
    grip.since = asked;
  }

  private long ask(Grip grip, Duration time) {
    long asked = elapsed();
    Outcome outcome = node.ledger().work().renew(List.of(grip.held), time).get(0);
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new LedgerException(
          node.ledger().name() + " does not know whether it extended " + grip.held,
          unknown.cause());
    }
    if (!outcome.isApplied()) {
      grip.lost = true;
    }
    return asked;
  }

  private static long allowed(Duration lease) {
    return lease.toNanos() - lease.toNanos() / RATE_ALLOWANCE;
  }

  int size() {
    return grips.size();
  }

  /**
   * Tells whether a claim may take away what this node itself holds: a lease may have run out, and
   * the ledger did not answer the last renewal, or has not yet. The next one, or the commit of what
   * was done under it, tells whether it still holds.
   */
  boolean mayClaimItsOwn() {
    return isUnanswered && grips.values().stream().anyMatch(grip -> !grip.lost && !grip.isInTime());
  }

  /** Makes all work end at its next check, and be handed back. */
  void cancelAll() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  /** One held lease. Renewed by one thread, read by all. */
  final class Grip {

    private final Held held;
    private volatile long since;
    private volatile long activeFor = activeNanos;
    private volatile boolean lost;
    private volatile boolean isAlone;

    /** Whether a call of its own began since it was renewed last. Used by the renewing thread. */
    private boolean isTriedAlone;

    /** When the last such call began. Used by the renewing thread. */
    private long triedAlone;

    private Grip(Held held, long since) {
      this.held = held;
      this.since = since;
    }

    Held held() {
      return held;
    }

    /** Tells whether someone else has the lease for all that this node knows. */
    boolean isLost() {
      return lost;
    }

    boolean isActive() {
      return !lost && !stopping && isInTime();
    }

    private void checkNotLost() {
      if (lost) {
        throw new StageCancelledException(
            "the lease on " + held.key() + " (" + held.token() + ") is lost");
      }
    }

    void checkActive() {
      checkNotLost();
      if (stopping) {
        throw new StageCancelledException("the node stops; " + held.key() + " is handed back");
      }
      if (!isInTime()) {
        throw new StageCancelledException(
            "the lease on %s (%s) was not renewed for %d ms and may have run out"
                .formatted(held.key(), held.token(), NANOSECONDS.toMillis(elapsed() - since)));
      }
    }

    /** When the call that claimed or last renewed it began, as {@link Seams#elapsed()} said. */
    long since() {
      return since;
    }

    void renewed(long asked) {
      since = asked;
      isAlone = false;
      isTriedAlone = false;
    }

    /** Has the next rounds renew it in a call of its own, since it fails where others do not. */
    void goAlone() {
      isAlone = true;
    }

    boolean isAlone() {
      return isAlone;
    }

    /** Notes that a call of its own begins. */
    void tryAlone(long now) {
      isTriedAlone = true;
      triedAlone = now;
    }

    /** How long ago the last call of its own began that did not renew it; without end if none. */
    long untriedFor(long now) {
      return isTriedAlone ? now - triedAlone : Long.MAX_VALUE;
    }

    void lose() {
      lost = true;
    }

    private boolean isInTime() {
      return elapsed() - since < activeFor;
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
