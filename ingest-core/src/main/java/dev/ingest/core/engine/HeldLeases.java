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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The leases that this node holds, and their renewal: one statement for all of them at each tick.
 *
 * <p>A lease counts as lost as soon as the ledger says so, or when it could not be renewed for as
 * long as it runs by the local clock; the work under it is then cancelled. Losing it locally is
 * only thrift: what protects the result is the token, which the ledger compares at the commit.
 * Thread-safe.
 */
public final class HeldLeases {

  private final Node node;
  private final ConcurrentMap<SequenceKey, Grip> grips = new ConcurrentHashMap<>();
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
    List<Grip> all = new ArrayList<>(grips.values());
    all.sort(Comparator.comparing((Grip grip) -> grip.held.key()));
    int batch = node.ledger().capabilities().maxBatch();
    int renewed = 0;
    for (int from = 0; from < all.size(); from += batch) {
      renewed += renew(all.subList(from, Math.min(all.size(), from + batch)));
    }
    return renewed;
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
