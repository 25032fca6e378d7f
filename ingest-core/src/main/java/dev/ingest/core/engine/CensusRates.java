package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rates from the hourly census: what the ledger counts anyway, whoever processed it.
 *
 * <p>Cells are counts of states, so what happened since a split began is their difference to a
 * first look at it, which a control record keeps. They cover what was accepted from the hour before
 * the split on, and at most the last day. A sequence is overdue here if it is in flight although an
 * hour and the target have passed since the beginning of the hour of its acceptance. One that was
 * redriven is no longer counted as failed. A look reads at most {@value #MAX_CELLS} cells of a
 * pipeline, and fewer hours where owners are many. For one thread.
 */
final class CensusRates implements RateSource {

  /** The kind of the records of first looks. */
  static final String KIND = "route-base";

  private static final int PAGE = ScanQuery.MAX_LIMIT;
  private static final int MAX_CELLS = 50 * PAGE;
  private static final int DAY = 24;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Node node;
  private int hours = DAY;

  CensusRates(Node node) {
    this.node = node;
  }

  @Override
  public Map<String, Counts> of(Route route) {
    Instant now = node.ledger().ledger().now();
    Instant begun = CensusKey.hourOf(route.split().since()).minus(HOUR);
    Instant latest = CensusKey.hourOf(now).minus(HOUR.multipliedBy(hours - 1L));
    // A window that begins later than the split does not hold what was counted before it.
    boolean isWhole = !latest.isAfter(begun);
    Map<String, Counts> read = read(route, isWhole ? begun : latest, now);
    if (!isWhole) {
      return read;
    }
    Map<String, Counts> base = base(route, read);
    Map<String, Counts> since = new HashMap<>();
    read.forEach(
        (name, counts) -> since.put(name, counts.since(base.getOrDefault(name, Counts.NONE))));
    return since;
  }

  private Map<String, Counts> read(Route route, Instant from, Instant now) {
    Map<String, Counts> read = new HashMap<>();
    boolean isTooMuch = false;
    for (Branch branch : route.split().branches()) {
      int cells = 0;
      Counts sum = Counts.NONE;
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
          sum = sum.plus(counts(cell, now));
          next = next.after(cell.key());
        }
        cells += page.cells().size();
      } while (page.more() && cells < MAX_CELLS);
      isTooMuch |= page.more();
      read.put(branch.name(), sum);
    }
    if (isTooMuch && hours > 1) {
      hours /= 2;
    }
    return read;
  }

  private Counts counts(CensusCell cell, Instant now) {
    CensusCounts counts = cell.counts();
    Instant due = cell.key().hour().plus(HOUR).plus(node.policies().times().target());
    return new Counts(
        counts.count(CensusCount.VERIFIED)
            + counts.count(CensusCount.EXPIRING)
            + counts.count(CensusCount.EXPIRED),
        counts.count(CensusCount.FAILED) + counts.count(CensusCount.LOST),
        now.isBefore(due) ? 0 : counts.count(CensusCount.IN_FLIGHT));
  }

  /** What was counted at the first look at a split, which this one is if none was kept. */
  private Map<String, Counts> base(Route route, Map<String, Counts> read) {
    ControlRecord.Key key = new ControlRecord.Key(KIND, route.name());
    Optional<ControlRecord> stored = node.ledger().controls().read(key);
    Optional<RecordBody> body = stored.map(RecordBody::parse);
    if (body.filter(kept -> kept.time("since").equals(route.split().since())).isPresent()) {
      return parse(route, body.get());
    }
    RecordBody next = RecordBody.of(key).with("since", route.split().since());
    for (Branch branch : route.split().branches()) {
      Counts counts = read.getOrDefault(branch.name(), Counts.NONE);
      next =
          next.with("well." + branch.name(), counts.well())
              .with("failed." + branch.name(), counts.failed())
              .with("overdue." + branch.name(), counts.overdue());
    }
    Outcome outcome =
        node.ledger()
            .controls()
            .write(next.record(stored.map(ControlRecord::version).orElse(0L) + 1));
    if (!outcome.isApplied()) {
      throw new IncompleteTickException(
          "the first look at the split of route %s was not kept, %s; the next tick looks again"
              .formatted(route.name(), outcome));
    }
    return read;
  }

  private static Map<String, Counts> parse(Route route, RecordBody body) {
    Map<String, Counts> base = new HashMap<>();
    for (Branch branch : route.split().branches()) {
      base.put(
          branch.name(),
          new Counts(
              body.number("well." + branch.name()),
              body.number("failed." + branch.name()),
              body.number("overdue." + branch.name())));
    }
    return base;
  }
}
