package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rates from the hourly census: what the ledger counts anyway, whoever processed it; and from the
 * entries that are overdue.
 *
 * <p>Cells are counts of states, so what happened since a split began is their difference to a
 * first look at it, which {@link FirstLooks} keeps. They cover what was accepted from the hour
 * before the split on, and at most the last day; a window that begins later than that begins after
 * the hour of the split, since it holds evidence from before otherwise. What is overdue is counted
 * by each entry's own deadline ({@link OverdueWalk}). One that was redriven is no longer counted as
 * failed. Canaries are left out: they are sent to tell of a pipeline, not to weigh in it. A look
 * reads about {@value #MAX_CELLS} cells of a pipeline at most: fewer hours where owners are many,
 * and more again once they are few. For one thread.
 */
final class CensusRates implements RateSource {

  private static final int PAGE = ScanQuery.MAX_LIMIT;
  private static final int MAX_CELLS = 50 * PAGE;
  private static final int FEW = 4;
  private static final int DAY = 24;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Node node;
  private final FirstLooks firstLooks;
  private final OverdueWalk overdue;
  private final int mostCells;
  private final Map<String, Integer> hours = new HashMap<>();

  CensusRates(Node node) {
    this(node, MAX_CELLS);
  }

  /** One that reads so many cells of a pipeline at most, and those of the page that reaches it. */
  CensusRates(Node node, int mostCells) {
    this.node = node;
    this.firstLooks = new FirstLooks(node);
    this.overdue = new OverdueWalk(node);
    this.mostCells = mostCells;
  }

  @Override
  public Map<String, Counts> of(Route route) {
    Instant now = node.ledger().ledger().now();
    Map<String, Map<Long, OwnEnds>> ends = ends(route, now);
    overdue
        .of(route, now)
        .forEach(
            (pipeline, owners) ->
                owners.forEach(
                    (owner, own) ->
                        ends.computeIfAbsent(pipeline, name -> new HashMap<>())
                            .merge(owner, own, OwnEnds::plus)));
    boolean isByOwner = route.split().sticky() == Route.Sticky.OWNER;
    Map<String, Counts> counts = new HashMap<>();
    ends.forEach(
        (pipeline, owners) ->
            counts.put(
                pipeline, isByOwner ? OwnEnds.byOwner(owners) : OwnEnds.sum(owners).bySequence()));
    return counts;
  }

  /** How many hours a look at a route reads. */
  int hours(String route) {
    return hours.getOrDefault(route, DAY);
  }

  private Map<String, Map<Long, OwnEnds>> ends(Route route, Instant now) {
    Instant split = CensusKey.hourOf(route.split().since());
    Instant latest = CensusKey.hourOf(now).minus(HOUR.multipliedBy(hours(route.name()) - 1L));
    Instant after = latest.isAfter(split) ? latest : split.plus(HOUR);
    if (latest.isAfter(split.minus(HOUR))) {
      return read(route, after);
    }
    Map<String, Map<Long, OwnEnds>> read = read(route, split.minus(HOUR));
    Optional<FirstLooks.Look> first = firstLooks.of(route, read);
    // Without a first look only what was accepted after the hour of the split is evidence.
    return first.map(look -> look.since(read)).orElseGet(() -> read(route, split.plus(HOUR)));
  }

  private Map<String, Map<Long, OwnEnds>> read(Route route, Instant from) {
    Map<String, Map<Long, OwnEnds>> read = new HashMap<>();
    boolean isTooMuch = false;
    int most = 0;
    for (Branch branch : route.split().branches()) {
      int cells = 0;
      Map<Long, OwnEnds> owners = new HashMap<>();
      CensusQuery next =
          new CensusQuery(
              from,
              Instant.MAX,
              Optional.of(branch.name()),
              Optional.empty(),
              Optional.empty(),
              PAGE);
      CensusPage page;
      do {
        page = node.ledger().ledger().holdings().hourly(next);
        for (CensusCell cell : page.cells()) {
          if (!cell.key().owner().equals(Canary.OWNER)) {
            owners.merge(OwnEnds.number(cell.key().owner()), ends(cell.counts()), OwnEnds::plus);
          }
          next = next.after(cell.key());
        }
        cells += page.cells().size();
      } while (page.more() && cells < mostCells);
      isTooMuch |= page.more();
      most = Math.max(most, cells);
      read.put(branch.name(), owners);
    }
    int last = hours(route.name());
    if (isTooMuch) {
      hours.put(route.name(), Math.max(1, last / 2));
    } else if (most < mostCells / FEW) {
      hours.put(route.name(), Math.min(DAY, last * 2));
    }
    return read;
  }

  private static OwnEnds ends(CensusCounts counts) {
    return new OwnEnds(
        counts.count(CensusCount.VERIFIED)
            + counts.count(CensusCount.EXPIRING)
            + counts.count(CensusCount.EXPIRED),
        counts.count(CensusCount.FAILED) + counts.count(CensusCount.LOST),
        0);
  }
}
