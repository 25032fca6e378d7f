package dev.ingest.core.engine;

import dev.ingest.core.StageCancelledException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases that this node holds, and their renewal: one call of the ledger for all of them at
 * each tick, and one more for each batch size of the ledger that they exceed. What is not finished
 * is given up one by one, stays held and renewed meanwhile, and is handed back together.
 *
 * <p>A lease counts as lost as soon as the ledger says so, or when it could not be renewed for as
 * long as it runs by the local clock; the work under it is then cancelled. Losing it locally is
 * only thrift: what protects the result is the token, which the ledger compares at the commit.
 * Thread-safe.
 */
public final class HeldLeases {

  private static final Logger LOG = LoggerFactory.getLogger(HeldLeases.class);

  private final Node node;
  private final ConcurrentMap<SequenceKey, Grip> grips = new ConcurrentHashMap<>();
  private final Queue<Grip> givenUp = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /**
   * Creates an empty set of leases.
   *
   * @param node what it works for
   */
  public HeldLeases(Node node) {
    this.node = node;
  }

  /**
   * Renews everything that is held; to be called a few times per lease time.
   *
   * @return how many leases were renewed
   */
  public int tick() {
    @Nullable RuntimeException failure = null;
    int renewed = 0;
    for (List<Grip> batch : batches(new ArrayList<>(grips.values()))) {
      try {
        renewed += renew(batch);
      } catch (RuntimeException e) {
        // Those of the other batches may still be renewed.
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return renewed;
  }

  /**
   * Hands back what was given up, all in one call where the ledger's batch size allows. What the
   * ledger did not take back runs out.
   *
   * @return how many leases were handed back
   */
  public int handBack() {
    List<Grip> all = new ArrayList<>();
    for (Grip grip = givenUp.poll(); grip != null; grip = givenUp.poll()) {
      all.add(grip);
    }
    int returned = 0;
    for (List<Grip> batch : batches(all)) {
      try {
        returned += handBack(batch);
      } finally {
        batch.forEach(this::release);
      }
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

  Grip hold(SequenceKey key, LeaseToken token) {
    Grip grip = new Grip(new Held(key, token), node.seams().clock().instant());
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

  int size() {
    return grips.size();
  }

  /** Makes all work end at its next check, and be handed back. */
  void cancelAll() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  private int renew(List<Grip> batch) {
    Duration lease = node.policies().work().lease();
    Instant asked = node.seams().clock().instant();
    List<Outcome> outcomes;
    try {
      outcomes = node.ledger().work().renew(batch.stream().map(grip -> grip.held).toList(), lease);
    } catch (RuntimeException e) {
      // Unknown for all of them; each stays held until its own time is up.
      batch.forEach(grip -> grip.loseIfOlderThan(asked.minus(lease)));
      throw e;
    }
    int renewed = 0;
    for (int i = 0; i < batch.size(); i++) {
      Outcome outcome = outcomes.get(i);
      if (outcome instanceof Outcome.Applied) {
        batch.get(i).renewedAt = asked;
        renewed++;
      } else if (outcome instanceof Outcome.NotApplied) {
        batch.get(i).lost = true;
      } else {
        batch.get(i).loseIfOlderThan(asked.minus(lease));
      }
    }
    return renewed;
  }

  /** One held lease. */
  final class Grip {

    private final Held held;
    private volatile Instant renewedAt;
    private volatile boolean lost;

    private Grip(Held held, Instant since) {
      this.held = held;
      this.renewedAt = since;
    }

    Held held() {
      return held;
    }

    boolean isLost() {
      return lost;
    }

    boolean isActive() {
      return !lost && !stopping;
    }

    void checkActive() {
      if (lost) {
        throw new StageCancelledException(
            "the lease on " + held.key() + " (" + held.token() + ") is lost");
      }
      if (stopping) {
        throw new StageCancelledException("the node stops; " + held.key() + " is handed back");
      }
    }

    private void loseIfOlderThan(Instant limit) {
      if (renewedAt.isBefore(limit)) {
        lost = true;
      }
    }
  }
}
