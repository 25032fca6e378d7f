package dev.ingest.core.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's time, without asking for it each time.
 *
 * <p>The ledger's clock is the only one that counts, but asking it costs a round trip, and an
 * answer is old when it is used however fresh it was. So an estimate is the last answer (a claim
 * brings one too, as the end of its leases) plus the time that has passed here since it arrived. It
 * is never later than the ledger's time, and earlier by no more than the answer was under way, at
 * most {@value #FRESH_SECONDS} s, and a thousandth of the time since: an answer counts for {@value
 * #FRESH_SECONDS} s from its arrival, and a thousandth is taken off for clocks that run at
 * different rates. Only a ledger whose clock was set back is behind it, for as long as the answer
 * counts. A process that stood still with its machine, so that its monotonic time stood still too,
 * shows in its clock: where the two differ by more than 100 ms, the ledger is asked.
 *
 * <p><b>What it is for.</b> What work under a lease and an acceptance write down, where a little
 * earlier is harmless: the time in the history, accepted-at with the deadline and the expiry that
 * follow from it, the end of a back-off, the time of a proof. Marks and recorded acts, which are
 * judged by the time (a deadline that passed, an expiry, a redrive), ask the ledger. Leases and
 * what is due the ledger judges by itself. Thread-safe.
 */
final class LedgerTime {

  private static final int FRESH_SECONDS = 1;
  private static final Duration FRESH = Duration.ofSeconds(FRESH_SECONDS);
  private static final Duration TOLERANCE = Duration.ofMillis(100);
  private static final int RATE_ALLOWANCE = 1_000;

  private final Node node;
  private volatile @Nullable Answer last;

  LedgerTime(Node node) {
    this.node = node;
  }

  private record Answer(Instant time, long arrived, Instant clock) {}

  /** Returns a time that is not later than the ledger's, and little earlier. */
  Instant estimate() {
    Instant estimate = estimated();
    return estimate == null ? ask() : estimate;
  }

  /** The same for work under a lease, which an outage does not end as long as it may be held. */
  Instant estimate(HeldLeases.Grip lease) {
    Instant estimate = estimated();
    return estimate == null
        ? Retries.whileHeld(node, "asking the time", lease, this::askOnce)
        : estimate;
  }

  /** Asks the ledger. */
  Instant ask() {
    return Retries.settled(node, "asking the time", this::askOnce);
  }

  private Instant askOnce() {
    long asked = elapsed();
    Instant time = node.ledger().ledger().now();
    heard(time, asked);
    return time;
  }

  /**
   * Takes a time that the ledger told.
   *
   * @param time the ledger's time
   * @param asked when the call began, as {@link #elapsed()} said
   */
  void heard(Instant time, long asked) {
    long arrived = elapsed();
    if (arrived - asked > FRESH.toNanos()) {
      return;
    }
    Instant before = estimated();
    if (before == null || !time.isBefore(before)) {
      last = new Answer(time, arrived, node.seams().clock().instant());
    }
  }

  long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  private @Nullable Instant estimated() {
    Answer answer = last;
    return answer == null ? null : estimate(answer);
  }

  private @Nullable Instant estimate(Answer answer) {
    long since = elapsed() - answer.arrived();
    Duration byClock = Duration.between(answer.clock(), node.seams().clock().instant());
    boolean counts =
        since >= 0
            && since <= FRESH.toNanos()
            && byClock.minusNanos(since).abs().compareTo(TOLERANCE) <= 0;
    return counts
        ? answer.time().plusNanos(since - since / RATE_ALLOWANCE).truncatedTo(ChronoUnit.MILLIS)
        : null;
  }
}
