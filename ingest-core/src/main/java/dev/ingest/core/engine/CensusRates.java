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
 * <p>Cells are counts of states. Of what was accepted in the hour of the split and in the one
 * before it, what happened since the split began is the difference to a first look at it, which
 * {@link FirstLooks} keeps; all that was accepted in a later hour is evidence as it stands,
 * whatever becomes meanwhile of what is older. At most the last day is read; a window that begins
 * later than the hour before the split begins after the hour of the split, since it holds evidence
 * from before otherwise. What is overdue is counted by each entry's own deadline ({@link
 * OverdueWalk}), as long as the ledger's time is believed; it says so while it is not, or while the
 * first walk is not through. One that was redriven is no longer counted as failed. Canaries are
 * left out: they are sent to tell of a pipeline, not to weigh in it. A look reads about {@value
 * #MAX_CELLS} cells of a pipeline at most: fewer hours where owners are many, and more again once
 * they are few. For one thread.
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
  private Optional<String> latenessDoubt = Optional.empty();

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
    overdue(route, now)
        .forEach(
            (pipeline, owners) -> owners.forEach((owner, own) -> add(ends, pipeline, owner, own)));
    boolean isByOwner = route.split().sticky() == Route.Sticky.OWNER;
    Map<String, Counts> counts = new HashMap<>();
    ends.forEach(
        (pipeline, owners) ->
            counts.put(
                pipeline, isByOwner ? OwnEnds.byOwner(owners) : OwnEnds.sum(owners).bySequence()));
    return counts;
  }

  /**
   * A clock that is not believed makes nothing late: nobody knows whether a deadline has passed.
   */
  private Map<String, Map<Long, OwnEnds>> overdue(Route route, Instant now) {
    if (ClockGuard.disbelief(node).isPresent()) {
      latenessDoubt =
          Optional.of("the ledger's time is not believed, so nobody knows what is late");
      return Map.of();
    }
    Map<String, Map<Long, OwnEnds>> found = overdue.of(route, now);
    latenessDoubt =
        overdue.isThrough(route)
            ? Optional.empty()
            : Optional.of("what is in flight has not all been looked at for what is late");
    return found;
  }

  @Override
  public Optional<String> latenessDoubt() {
    return latenessDoubt;
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
      return read(route, after, split).later();
    }
    Read read = read(route, split.minus(HOUR), split);
    Optional<FirstLooks.Look> first = firstLooks.of(route, read.mixed());
    if (first.isEmpty()) {
      // Only what was accepted later is evidence; read by itself, as owners are many.
      return read(route, split.plus(HOUR), split).later();
    }
    Map<String, Map<Long, OwnEnds>> ends = read.later();
    first
        .get()
        .since(read.mixed())
        .forEach(
            (pipeline, owners) -> owners.forEach((owner, own) -> add(ends, pipeline, owner, own)));
    return ends;
  }

  private static void add(
      Map<String, Map<Long, OwnEnds>> ends, String pipeline, long owner, OwnEnds own) {
    ends.computeIfAbsent(pipeline, name -> new HashMap<>()).merge(owner, own, OwnEnds::plus);
  }

  /**
   * What was read.
   *
   * @param mixed of what was accepted until the end of the hour of the split
   * @param later of what was accepted after it
   */
  private record Read(
      Map<String, Map<Long, OwnEnds>> mixed, Map<String, Map<Long, OwnEnds>> later) {}

  private Read read(Route route, Instant from, Instant split) {
    Read read = new Read(new HashMap<>(), new HashMap<>());
    boolean isTooMuch = false;
    int most = 0;
    for (Branch branch : route.split().branches()) {
      int cells = 0;
      Map<Long, OwnEnds> mixed = new HashMap<>();
      Map<Long, OwnEnds> later = new HashMap<>();
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
            (cell.key().hour().isAfter(split) ? later : mixed)
                .merge(OwnEnds.number(cell.key().owner()), ends(cell.counts()), OwnEnds::plus);
          }
          next = next.after(cell.key());
        }
        cells += page.cells().size();
      } while (page.more() && cells < mostCells);
      isTooMuch |= page.more();
      most = Math.max(most, cells);
      read.mixed().put(branch.name(), mixed);
      read.later().put(branch.name(), later);
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
