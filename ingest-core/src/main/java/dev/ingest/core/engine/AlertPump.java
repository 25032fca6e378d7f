package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.List;

/**
 * Brings alerts from the outbox to the sinks, on one node at a time under the lease of {@link
 * Watcher#PUMP}.
 *
 * <p>Each tick seals a digest if it is time, and then delivers what is sealed and not acknowledged,
 * in order and one after the other: sent, acknowledged by a sink, acknowledged in the ledger. All
 * that is to be remembered is in the ledger, so a crash anywhere in between has the same digest
 * sent again under the same ordinal, and none is ever skipped: a digest that no sink takes holds up
 * those behind it, and is no beat. So does one whose acknowledgement the ledger does not take.
 *
 * <p>The lease paces and does not fence: after a long pause two pumps may send at a time, which
 * destinations see as doubles. Sends block; the pump needs a thread of its own. For one thread.
 */
public final class AlertPump implements AutoCloseable {

  private static final int PAGE = 50;

  /** How many of the newest digests stay readable: a week of one a minute. */
  private static final int KEPT_DIGESTS = 10_080;

  /** How many digests one tick delivers, and how many old ones it drops, at most. */
  private static final int MAX_DIGESTS = 500;

  /** After this time no further send begins in a tick; a send takes 10 s at most. */
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private final LedgerStore ledger;
  private final Seams seams;
  private final AlertPolicy policy;
  private final WatcherLease lease;
  private final SinkChain sinks;
  private boolean isInOffice;
  private boolean hasSealed;
  private long sealedAt;

  /**
   * Creates a pump that has no lease yet. Does no I/O.
   *
   * @param ledger where the alerts are
   * @param identity this node
   * @param seams time
   * @param sinks where to, in the order in which they are tried; closed by their owner
   * @param policy how often digests are sealed, and when a sink counts as down
   * @throws dev.ingest.core.ConfigurationException if there is no sink, or two have one name
   */
  public AlertPump(
      LedgerStore ledger,
      Node.Identity identity,
      Seams seams,
      List<AlertSink> sinks,
      AlertPolicy policy) {
    this.ledger = ledger;
    this.seams = seams;
    this.policy = policy;
    this.lease = new WatcherLease(ledger, Watcher.PUMP, identity.id(), seams);
    this.sinks = new SinkChain(ledger, identity, seams, sinks, policy);
  }

  /**
   * Seals if it is time and delivers, if this node has the lease; to be called every 5 s.
   *
   * @return how many digests were delivered; 0 also if another node pumps
   * @throws dev.ingest.spi.alert.AlertSinkException if every sink is down
   * @throws LedgerException if the ledger did not take something; the next tick goes on
   */
  public int tick() {
    if (!lease.tryHold()) {
      isInOffice = false;
      return 0;
    }
    if (!isInOffice) {
      sinks.reload();
      recallLastDigest();
      isInOffice = true;
    }
    sealIfDue();
    int done = deliver();
    isInOffice = lease.beat();
    return done;
  }

  /** Goes on at the pace of the pump before this one. */
  private void recallLastDigest() {
    List<AlertDigest> latest = ledger.alerts().latest(1);
    hasSealed = !latest.isEmpty();
    if (hasSealed) {
      Duration age = Duration.between(latest.get(0).sealedAt(), ledger.ledger().now());
      Duration limited =
          age.isNegative() || age.compareTo(policy.longestSilence()) > 0
              ? policy.longestSilence()
              : age;
      sealedAt = seams.elapsed().getAsLong() - limited.toNanos();
    }
  }

  private void sealIfDue() {
    long now = seams.elapsed().getAsLong();
    boolean isDue =
        !hasSealed
            || now - sealedAt >= policy.longestSilence().toNanos()
            || (now - sealedAt >= policy.spacing().toNanos() && ledger.alerts().hasPending());
    if (isDue) {
      ledger.alerts().seal();
      hasSealed = true;
      sealedAt = now;
      ledger.alerts().prune(KEPT_DIGESTS, MAX_DIGESTS);
    }
  }

  private int deliver() {
    AlertOutbox outbox = ledger.alerts();
    long end = seams.elapsed().getAsLong() + BUDGET.toNanos();
    int done = 0;
    while (done < MAX_DIGESTS) {
      List<AlertDigest> page = outbox.unsent(PAGE);
      for (AlertDigest digest : page) {
        boolean mayGoOn = seams.elapsed().getAsLong() - end < 0 && lease.keep();
        if (!mayGoOn || !sinks.deliver(new AlertMessage.Digest(ledger.incarnation(), digest))) {
          return done;
        }
        acknowledge(outbox, digest);
        done++;
      }
      if (page.size() < PAGE) {
        return done;
      }
    }
    return done;
  }

  private void acknowledge(AlertOutbox outbox, AlertDigest digest) {
    Outcome outcome = outbox.acknowledge(digest.ordinal());
    if (!outcome.isApplied()) {
      throw new LedgerException(
          "%s: digest %d was delivered and is not acknowledged: %s; it is sent again"
              .formatted(ledger.name(), digest.ordinal(), outcome));
    }
  }

  /**
   * Tells what was raised since the last digest, if this node has the lease, and leaves it to
   * another node: there may be none for long, as between two runs of a command. Idempotent.
   *
   * @throws RuntimeException as {@link #tick()}; what was not delivered waits, and the lease is
   *     left
   */
  @Override
  public void close() {
    try {
      if (isInOffice && lease.keep()) {
        tellLast();
      }
    } finally {
      isInOffice = false;
      lease.release();
    }
  }

  private void tellLast() {
    if (ledger.alerts().hasPending()) {
      ledger.alerts().seal();
    }
    deliver();
  }
}
