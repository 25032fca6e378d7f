package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what is in flight in a route's pipelines past its own deadline, whatever node accepted it,
 * of what was accepted since the split, or the ramp plan, began.
 *
 * <p>It walks through what is in flight in the order of the keys, so nothing of what is settled or
 * FAILED is read. A look reads at most {@value #MAX_PAGES} pages; where more is in flight, later
 * looks go on, and until a walk is through the counts of the one before stand. What is accepted
 * behind the place that a walk has come to is left to the next. Canaries are left out. For one
 * thread.
 */
final class OverdueWalk {

  private static final int MAX_PAGES = 20;
  private static final int MAX_OWNERS = 100_000;
  private static final int PAGE = ScanQuery.MAX_LIMIT;
  private static final ScanQuery START =
      new ScanQuery(Optional.empty(), Optional.empty(), Lookout.IN_FLIGHT, Optional.empty(), PAGE);

  private final Node node;
  private final Map<String, Walk> walks = new HashMap<>();

  OverdueWalk(Node node) {
    this.node = node;
  }

  /** A walk, and what the one before found. */
  private static final class Walk {

    private final Instant since;
    private Optional<ScanQuery> next = Optional.of(START);
    private Map<String, Map<Long, OwnEnds>> found = new HashMap<>();
    private Optional<Map<String, Map<Long, OwnEnds>>> before = Optional.empty();
    private int owners;

    Walk(Instant since) {
      this.since = since;
    }

    /** Of more owners than can be counted, those that are known are. */
    void count(Entry entry) {
      Map<Long, OwnEnds> of =
          found.computeIfAbsent(entry.run().pipeline().name(), name -> new HashMap<>());
      long owner = OwnEnds.number(entry.key().owner());
      if (!of.containsKey(owner)) {
        if (owners == MAX_OWNERS) {
          return;
        }
        owners++;
      }
      of.merge(owner, new OwnEnds(0, 0, 1), OwnEnds::plus);
    }

    void beginAnew() {
      before = Optional.of(found);
      found = new HashMap<>();
      owners = 0;
      next = Optional.of(START);
    }
  }

  /**
   * Goes on with the walk.
   *
   * @return what is overdue, by pipeline and number of the owner; less than there is until the
   *     first walk is through
   */
  Map<String, Map<Long, OwnEnds>> of(Route route, Instant now) {
    Instant since = route.ramp().map(Route.Ramp::begun).orElse(route.split().since());
    Walk walk = walks.get(route.name());
    if (walk == null || !walk.since.equals(since)) {
      walk = new Walk(since);
      walks.put(route.name(), walk);
    }
    for (int pages = 0; pages < MAX_PAGES && walk.next.isPresent(); pages++) {
      page(route, walk, walk.next.get(), now);
    }
    if (walk.next.isEmpty()) {
      walk.beginAnew();
    }
    return walk.before.orElse(walk.found);
  }

  /** Tells whether a walk came to its end since the split, or the ramp plan, of the last look. */
  boolean isThrough(Route route) {
    Walk walk = walks.get(route.name());
    return walk != null && walk.before.isPresent();
  }

  private void page(Route route, Walk walk, ScanQuery query, Instant now) {
    EntryPage page = node.ledger().ledger().scan(query);
    for (Entry entry : page.entries()) {
      if (isOverdue(entry, walk.since, now)
          && route.split().branch(entry.run().pipeline().name()).isPresent()) {
        walk.count(entry);
      }
    }
    walk.next =
        page.more()
            ? Optional.of(query.after(page.entries().get(page.entries().size() - 1).key()))
            : Optional.empty();
  }

  private static boolean isOverdue(Entry entry, Instant since, Instant now) {
    return !Canary.is(entry.key())
        && !entry.receipt().acceptedAt().isBefore(since)
        && !now.isBefore(entry.receipt().deadline());
  }
}
