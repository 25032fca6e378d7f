package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what is in flight in a route's pipelines past its own deadline, whatever node accepted it,
 * of what was accepted since the split, or the ramp plan, began.
 *
 * <p>It walks through what is not settled by the ledger's index of that, as {@link Stranded} does,
 * from what expires after the split began on, so nothing of what is settled is read. A look reads
 * at most {@value #MAX_PAGES} pages; where more is not settled, later looks go on, and until a walk
 * is through the counts of the one before stand. Canaries are left out. For one thread.
 */
final class OverdueWalk {

  private static final int MAX_PAGES = 20;
  private static final int MAX_OWNERS = 100_000;
  private static final int PAGE = ScanQuery.MAX_LIMIT;
  private static final int THROUGH = Standing.MAX_ESCALATIONS + 1;
  private static final Duration EVER = Duration.ofDays(1_000_000);
  private static final SequenceKey FIRST = SequenceKey.of("0", "0");

  private final Node node;
  private final Map<String, Walk> walks = new HashMap<>();

  OverdueWalk(Node node) {
    this.node = node;
  }

  /** A walk, and what the one before found. */
  private static final class Walk {

    private final Instant since;
    private int level;
    private DueQuery.Place after;
    private Map<String, Map<Long, OwnEnds>> found = new HashMap<>();
    private Optional<Map<String, Map<Long, OwnEnds>>> before = Optional.empty();
    private int owners;

    Walk(Instant since) {
      this.since = since;
      this.after = new DueQuery.Place(since, FIRST);
    }

    void toLevel(int next) {
      level = next;
      after = new DueQuery.Place(since, FIRST);
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
      toLevel(0);
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
    for (int pages = 0; pages < MAX_PAGES + THROUGH && walk.level < THROUGH; pages++) {
      page(route, walk, now);
    }
    if (walk.level == THROUGH) {
      walk.beginAnew();
    }
    return walk.before.orElse(walk.found);
  }

  private void page(Route route, Walk walk, Instant now) {
    DueQuery query =
        new DueQuery(DueQuery.Kind.RISK, EVER, walk.level, Optional.of(walk.after), PAGE);
    List<Entry> page = node.ledger().ledger().due(query);
    for (Entry entry : page) {
      if (isOverdue(entry, walk.since, now)
          && route.split().branch(entry.run().pipeline().name()).isPresent()) {
        walk.count(entry);
      }
    }
    if (page.size() < PAGE) {
      walk.toLevel(walk.level + 1);
    } else {
      walk.after = query.after(page.get(page.size() - 1)).after().orElseThrow();
    }
  }

  private static boolean isOverdue(Entry entry, Instant since, Instant now) {
    return entry.state().isInFlight()
        && !Canary.is(entry.key())
        && !entry.receipt().acceptedAt().isBefore(since)
        && !now.isBefore(entry.receipt().deadline());
  }
}
