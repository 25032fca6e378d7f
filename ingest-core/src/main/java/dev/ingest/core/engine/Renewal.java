package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of renewals.
 *
 * <p>A call that fails leaves the outcome of its whole batch unknown, and one lease that the ledger
 * cannot renew must not make all others run out. So the batch is halved, and the halves are tried
 * at once, down to the lease that fails alone. Where nothing was renewed yet, the ledger is asked
 * for its time first: one that does not answer is out, and smaller calls would not get through. So
 * an outage costs two calls for each batch, one bad lease among n costs {@code 2 log n} more, and
 * there are {@value #MAX_CALLS} calls more at most. After the first halves none begins when a
 * quarter of the lease time is over, so that those who were renewed come to their next round in
 * time. For one round, by one thread.
 */
final class Renewal {

  /** How many calls a round may make on top of one for each batch. */
  static final int MAX_CALLS = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

  private final Node node;
  private final Duration lease;
  private final long began;
  private int callsLeft = MAX_CALLS;
  private int renewed;
  private int answered;
  private @Nullable RuntimeException lastError;
  private @Nullable RuntimeException failure;

  Renewal(Node node) {
    this.node = node;
    this.lease = node.policies().work().lease();
    this.began = elapsed();
  }

  /** Some leases for one call, and how often they were halved. */
  private record Part(List<HeldLeases.Grip> grips, int halvings) {}

  /** Renews batches. */
  void renew(List<List<HeldLeases.Grip>> batches) {
    Deque<Part> parts = new ArrayDeque<>();
    batches.forEach(batch -> parts.add(new Part(batch, 0)));
    for (Part part = parts.poll(); part != null; part = parts.poll()) {
      if (part.halvings() > 0 && !mayCall(part)) {
        failure = lastError;
      } else {
        callOrHalve(part, parts);
      }
    }
  }

  /** Tells whether there was something to renew and no call was answered. */
  boolean isUnanswered() {
    return failure != null && answered == 0;
  }

  /** Returns how many leases were renewed; throws the last error if any was left because of one. */
  int result() {
    if (failure != null) {
      throw failure;
    }
    return renewed;
  }

  private void callOrHalve(Part part, Deque<Part> parts) {
    try {
      call(part.grips());
    } catch (RuntimeException e) {
      lastError = e;
      int size = part.grips().size();
      if (size > 1 && (answered > 0 || ledgerAnswers())) {
        LOG.info("{} leases could not be renewed together: {}", size, e.toString());
        parts.add(new Part(part.grips().subList(0, size / 2), part.halvings() + 1));
        parts.add(new Part(part.grips().subList(size / 2, size), part.halvings() + 1));
      } else {
        failure = e;
      }
    }
  }

  private void call(List<HeldLeases.Grip> batch) {
    long asked = elapsed();
    List<Outcome> outcomes =
        node.ledger().work().renew(batch.stream().map(HeldLeases.Grip::held).toList(), lease);
    if (outcomes.size() != batch.size()) {
      throw new LedgerException(
          "%s answered the renewal of %d leases with %d outcomes"
              .formatted(node.ledger().name(), batch.size(), outcomes.size()));
    }
    for (int i = 0; i < batch.size(); i++) {
      Outcome outcome = outcomes.get(i);
      if (outcome instanceof Outcome.Applied) {
        batch.get(i).renewed(asked);
        renewed++;
        answered++;
      } else if (outcome instanceof Outcome.NotApplied) {
        batch.get(i).lose();
        answered++;
      }
      // An unknown one stays as it is, and runs out here when its time is over.
    }
  }

  private boolean mayCall(Part part) {
    boolean inTime = elapsed() - began < lease.toNanos() / 4;
    boolean may = callsLeft > 0 && (inTime || part.halvings() == 1);
    callsLeft--;
    return may;
  }

  private boolean ledgerAnswers() {
    try {
      node.ledger().ledger().now();
      return true;
    } catch (RuntimeException e) {
      LOG.debug("{} does not answer", node.ledger().name(), e);
      return false;
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
