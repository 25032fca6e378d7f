package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of every sequence that is not proven in time: at its deadline, and again as its expiry
 * comes near.
 *
 * <p>It reads the ledger's due indices and nothing else, so it needs no worker to be alive and runs
 * in a process of its own if need be. What it tells is an alert in the same commit as the mark that
 * keeps it from being told twice. When the ledger's clock turns out to have been ahead, marks that
 * were set before their time are withdrawn, so that they are told in time all the same. A sentinel
 * that was down tells of the level that has come meanwhile, once. Last, it tells of hours in which
 * nothing was accepted although there always is some ({@link QuietHours}).
 *
 * <p>A mark that has no known outcome keeps nobody else from being told of: the tick goes on with
 * the others and fails at its end. A page of which nothing at all is known ends its walk, since the
 * ledger takes nothing then. For one thread.
 */
final class Sentinel {

  private static final int BATCH = 200;
  private static final int MAX_BATCHES = 500;

  /** After so many pages in a row of which nothing is known, a walk ends. */
  private static final int MOST_IN_VAIN = 2;

  private static final Duration KEEP_EVERY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Sentinel.class);
  private static final Set<State> TOLD =
      Set.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.FAILED);

  private final Node node;
  private final Committer committer;
  private final List<Duration> leads;
  private final WatcherLease lease;
  private final ToldUpTo toldUpTo;
  private final QuietHours quietHours;
  private Optional<Instant> kept = Optional.empty();
  private Optional<Throwable> doubt = Optional.empty();
  private boolean isWithdrawn = true;

  /**
   * Creates a sentinel.
   *
   * @param node what it works for
   * @param committer takes its marks to the ledger
   * @param policy how long before expiry it tells
   * @param lease lets one node at a time do it
   * @param quiet when an hour without an acceptance is told of
   */
  Sentinel(
      Node node,
      Committer committer,
      ExpiryPolicy policy,
      WatcherLease lease,
      QuietHourPolicy quiet) {
    this.node = node;
    this.committer = committer;
    this.leads = policy.levels();
    this.lease = lease;
    this.toldUpTo = new ToldUpTo(node.ledger().controls());
    this.quietHours = new QuietHours(node, quiet);
  }

  /**
   * Marks and tells what is due, if it is this node's turn.
   *
   * @return how many sequences were told of
   */
  int tick() {
    return lease.run(this::tell);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int tell() {
    Instant now = committer.time().ask();
    doubt = Optional.empty();
    isWithdrawn = true;
    if (toldUpTo.isAhead(now)) {
      withdrawEarly(now);
      isWithdrawn = doubt.isEmpty();
      if (isWithdrawn) {
        toldUpTo.keep(now);
      }
    }
    kept = Optional.empty();
    int told =
        mark(
            DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, BATCH),
            entry -> new Event.DeadlinePassed());
    for (int level = 0; level < leads.size(); level++) {
      told += mark(DueQuery.risk(level, leads.get(level), BATCH), entry -> near(entry, now));
    }
    if (kept.isPresent()) {
      keepUpTo(committer.time().ask());
    }
    quietHours.tick();
    if (doubt.isPresent()) {
      throw new IncompleteTickException(
          "a mark has no known outcome; the next tick tells what is left", doubt.get());
    }
    return told;
  }

  /** Whose marks a clock that was ahead has set before their time is told of again in time. */
  private void withdrawEarly(Instant now) {
    LOG.warn("the clock of {} was ahead; what it told early is told again", node.ledger().name());
    ScanQuery next =
        new ScanQuery(Optional.empty(), Optional.empty(), TOLD, Optional.empty(), BATCH);
    EntryPage page;
    int inVain = 0;
    do {
      page = node.ledger().ledger().scan(next);
      Marked withdrawn =
          apply(
              page.entries().stream()
                  .filter(entry -> isEarly(entry, now))
                  .map(
                      entry -> new Committer.Request(entry, new Event.ToldEarly(level(entry, now))))
                  .toList());
      inVain = withdrawn.inVainAfter(inVain);
      if (inVain == MOST_IN_VAIN) {
        return;
      }
      if (!lease.beat()) {
        throw new IncompleteTickException("another node has the turn; it goes on");
      }
      if (!page.entries().isEmpty()) {
        next = next.after(page.entries().get(page.entries().size() - 1).key());
      }
    } while (page.more());
  }

  private boolean isEarly(Entry entry, Instant now) {
    return (entry.standing().overdue() && now.isBefore(entry.receipt().deadline()))
        || entry.standing().escalations() > level(entry, now);
  }

  /** The level that counts by now; without a bound once the last of this policy has come. */
  private int level(Entry entry, Instant now) {
    int come = come(entry, now);
    return come == leads.size() ? Standing.MAX_ESCALATIONS : come;
  }

  /** The last level that has come, so that a sequence for which several have is told of it once. */
  private Event near(Entry entry, Instant now) {
    int level = Math.max(entry.standing().escalations() + 1, come(entry, now));
    return new Event.ExpiryNear(leads.get(level - 1), level);
  }

  /** How many levels have come. */
  private int come(Entry entry, Instant now) {
    int level = 0;
    while (level < leads.size()
        && !now.isBefore(entry.receipt().expiresAt().minus(leads.get(level)))) {
      level++;
    }
    return level;
  }

  private int mark(DueQuery query, Function<Entry, Event> event) {
    int marked = 0;
    int inVain = 0;
    DueQuery next = query;
    for (int batch = 0; batch < MAX_BATCHES; batch++) {
      List<Entry> due = node.ledger().ledger().due(next);
      if (!due.isEmpty()) {
        keepUpTo(committer.time().ask());
      }
      Marked page =
          apply(
              due.stream().map(entry -> new Committer.Request(entry, event.apply(entry))).toList());
      marked += page.committed();
      inVain = page.inVainAfter(inVain);
      if (due.size() < BATCH || inVain == MOST_IN_VAIN || !lease.keep()) {
        break;
      }
      next = next.after(due.get(due.size() - 1));
    }
    return marked;
  }

  /** Not while something may still be told early: what is kept is later, and says that it is. */
  private void keepUpTo(Instant now) {
    if (!isWithdrawn) {
      return;
    }
    if (kept.isEmpty() || now.isAfter(kept.get().plus(KEEP_EVERY))) {
      toldUpTo.keep(now);
      kept = Optional.of(now);
    }
  }

  /** What became of some marks: how many there were, were set, and have no known outcome. */
  private record Marked(int asked, int committed, int unknown) {

    /**
     * Counts the pages in a row of which nothing is known: of one it may be its rows that somebody
     * keeps, of several it is the ledger.
     */
    int inVainAfter(int before) {
      if (asked == 0) {
        return before;
      }
      return unknown == asked ? before + 1 : 0;
    }
  }

  /** Sets marks; what is unknown of some is noted for the end of the tick. */
  private Marked apply(List<Committer.Request> requests) {
    int committed = 0;
    int unknown = 0;
    for (Committer.Result result : committer.applyAll(requests)) {
      if (result instanceof Committer.Result.Unknown left) {
        unknown++;
        doubt = doubt.or(() -> Optional.of(left.cause()));
      }
      committed += result instanceof Committer.Result.Committed ? 1 : 0;
    }
    return new Marked(requests.size(), committed, unknown);
  }
}
