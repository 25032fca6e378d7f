package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * Tells of every sequence that is not proven in time: at its deadline, and again as its expiry
 * comes near.
 *
 * <p>It reads the ledger's due indices and nothing else, so it needs no worker to be alive and runs
 * in a process of its own if need be. What it tells is an alert in the same commit as the mark that
 * keeps it from being told twice. A sentinel that was down tells of the level that has come
 * meanwhile, once. For one thread.
 */
public final class Sentinel {

  private static final int BATCH = 200;
  private static final int MAX_BATCHES = 500;

  private final Node node;
  private final Committer committer;
  private final List<Duration> leads;
  private final WatcherLease lease;

  /**
   * Creates a sentinel.
   *
   * @param node what it works for
   * @param committer takes its marks to the ledger
   * @param policy how long before expiry it tells
   * @param lease lets one node at a time do it
   */
  public Sentinel(Node node, Committer committer, ExpiryPolicy policy, WatcherLease lease) {
    this.node = node;
    this.committer = committer;
    this.leads = policy.leads();
    this.lease = lease;
  }

  /**
   * Marks and tells what is due, if it is this node's turn.
   *
   * @return how many sequences were told of
   */
  public int tick() {
    return lease.run(this::tell);
  }

  /** Gives the turn to others at an orderly end. */
  public void release() {
    lease.release();
  }

  private int tell() {
    int told =
        mark(
            DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, BATCH),
            entry -> new Event.DeadlinePassed());
    Instant now = committer.time().ask();
    for (int level = 0; level < leads.size(); level++) {
      told += mark(DueQuery.risk(level, leads.get(level), BATCH), entry -> near(entry, now));
    }
    return told;
  }

  /** The last level that has come, so that a sequence for which several have is told of it once. */
  private Event near(Entry entry, Instant now) {
    int level = entry.standing().escalations() + 1;
    while (level < leads.size()
        && !now.isBefore(entry.receipt().expiresAt().minus(leads.get(level)))) {
      level++;
    }
    return new Event.ExpiryNear(leads.get(level - 1), level);
  }

  private int mark(DueQuery query, Function<Entry, Event> event) {
    int marked = 0;
    DueQuery next = query;
    for (int batch = 0; batch < MAX_BATCHES; batch++) {
      List<Entry> due = node.ledger().ledger().due(next);
      List<Committer.Request> requests =
          due.stream().map(entry -> new Committer.Request(entry, event.apply(entry))).toList();
      for (Committer.Result result : committer.applyAll(requests)) {
        if (result instanceof Committer.Result.Unknown unknown) {
          throw new IncompleteTickException(
              "a mark has no known outcome; the next tick tells what is left", unknown.cause());
        }
        marked += result instanceof Committer.Result.Committed ? 1 : 0;
      }
      if (due.size() < BATCH || !lease.keep()) {
        break;
      }
      next = next.after(due.get(due.size() - 1));
    }
    return marked;
  }
}
