package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
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
 * time.
 *
 * <p>A call that fails after a second or more may have waited for one row that a stranger keeps,
 * and each half with it would wait as long. So each of its leases is then renewed alone, for two
 * thirds of the lease time, after which those have run out that were renewed a third before: where
 * one row is kept, all but that one are within the time of two such calls. Those that failed so in
 * the round before come after the others, so that no kept row hides the same ones in each round.
 *
 * <p>What fails alone comes alone and after all others in the next rounds, until it is renewed:
 * within a quarter of the lease time, so that however many rows are kept, the others come to their
 * next round in time once all those are known. They take turns as well. For one round, by one
 * thread.
 */
final class Renewal {

  /** How many calls a round may make on top of one for each batch, but for those that renew. */
  static final int MAX_CALLS = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

  private final Node node;
  private final Duration lease;
  private final long began;
  private final Deque<Part> parts = new ArrayDeque<>();
  private final Deque<Part> last = new ArrayDeque<>();
  private final List<HeldLeases.Grip> slow = new ArrayList<>();
  private int callsLeft = MAX_CALLS;
  private int failedAlone;
  private int renewed;
  private int answered;
  private @Nullable RuntimeException lastError;
  private @Nullable RuntimeException failure;

  Renewal(Node node) {
    this.node = node;
    this.lease = node.policies().work().lease();
    this.began = elapsed();
  }

  /** Some leases for one call, and how often they were halved; or one that is to go alone. */
  private record Part(List<HeldLeases.Grip> grips, int halvings, boolean isAlone) {

    static Part alone(HeldLeases.Grip grip) {
      return new Part(List.of(grip), 0, true);
    }
  }

  /** Renews batches. */
  void renew(List<List<HeldLeases.Grip>> batches) {
    List<HeldLeases.Grip> failing = new ArrayList<>();
    for (List<HeldLeases.Grip> batch : batches) {
      batch.stream().filter(HeldLeases.Grip::isAlone).forEach(failing::add);
      List<HeldLeases.Grip> together = batch.stream().filter(grip -> !grip.isAlone()).toList();
      if (!together.isEmpty()) {
        parts.add(new Part(together, 0, false));
      }
    }
    addAlone(failing, last);
    for (Part part = next(); part != null; part = next()) {
      if (mayCall(part)) {
        callOrHalve(part);
      } else {
        failure = lastError == null ? late() : lastError;
      }
    }
    if (answered > 0) {
      slow.forEach(HeldLeases.Grip::goAlone);
    }
  }

  /** What failed alone before comes after all others, also those that are divided meanwhile. */
  private @Nullable Part next() {
    Part part = parts.poll();
    return part == null ? last.poll() : part;
  }

  /** Adds each alone, those first that did not fail so, and those next that did so longest ago. */
  private void addAlone(List<HeldLeases.Grip> grips, Deque<Part> to) {
    long now = elapsed();
    grips.stream()
        .sorted(Comparator.comparingLong((HeldLeases.Grip grip) -> grip.untriedFor(now)).reversed())
        .map(Part::alone)
        .forEach(to::add);
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

  private void callOrHalve(Part part) {
    long asked = elapsed();
    if (part.isAlone()) {
      part.grips().get(0).tryAlone(asked);
    }
    try {
      call(part.grips());
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      Interrupts.keep(e);
      notRenewed(part, asked, failure(e));
    }
  }

  private void notRenewed(Part part, long asked, RuntimeException error) {
    lastError = error;
    boolean isLong = elapsed() - asked >= Settlement.LONG.toNanos();
    int size = part.grips().size();
    if (size > 1 && (answered > 0 || ledgerAnswers())) {
      LOG.info("{} leases could not be renewed together: {}", size, error.toString());
      divide(part, isLong);
    } else {
      failure = error;
      failedAlone += part.isAlone() ? 1 : 0;
      if (size == 1 && isLong) {
        slow.add(part.grips().get(0));
      }
    }
  }

  /** Whatever a ledger throws, the leases beside those of the call are renewed. */
  private RuntimeException failure(Throwable thrown) {
    return thrown instanceof RuntimeException error
        ? error
        : new LedgerException(
            node.ledger().name() + " could not renew leases: " + Failures.describe(thrown), thrown);
  }

  private void divide(Part part, boolean isLong) {
    List<HeldLeases.Grip> grips = part.grips();
    if (isLong) {
      addAlone(grips, parts);
    } else {
      int middle = grips.size() / 2;
      parts.add(new Part(grips.subList(0, middle), part.halvings() + 1, false));
      parts.add(new Part(grips.subList(middle, grips.size()), part.halvings() + 1, false));
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
      } else if (elapsed() - asked >= Settlement.LONG.toNanos()) {
        slow.add(batch.get(i));
      }
      // An unknown one stays as it is, and runs out here when its time is over.
    }
  }

  private boolean mayCall(Part part) {
    long passed = elapsed() - began;
    if (part.isAlone()) {
      boolean failedBefore = part.grips().get(0).isAlone();
      long most = failedBefore ? lease.toNanos() / 4 : lease.toNanos() / 3 * 2;
      return failedAlone < MAX_CALLS && passed < most;
    }
    if (part.halvings() == 0) {
      return true;
    }
    boolean inTime = passed < lease.toNanos() / 4;
    boolean may = callsLeft > 0 && (inTime || part.halvings() == 1);
    callsLeft--;
    return may;
  }

  private RuntimeException late() {
    return new LedgerException(
        node.ledger().name() + " took too long to renew leases; some wait for the next round");
  }

  private boolean ledgerAnswers() {
    try {
      node.ledger().ledger().now();
      return true;
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      Interrupts.keep(e);
      LOG.debug("{} does not answer", node.ledger().name(), e);
      return false;
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
