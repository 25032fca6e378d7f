package dev.ingest.console;

import dev.ingest.core.CanaryPolicy;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sums the census of the last days per hour, a bounded number of reads at a time; holds a number
 * for each hour, however many owners there are. Tells the last sums that were whole, for a quarter
 * of an hour; nothing is known before and after. For one thread.
 */
final class HeatWalk {

  private final Ledger ledger;
  private final CellWalk walk;
  private Instant begun = Instant.EPOCH;
  private Instant from = Instant.EPOCH;
  private SortedMap<Instant, CensusCounts> hours = new TreeMap<>();
  private Optional<Heat> last = Optional.empty();

  HeatWalk(Ledger ledger) {
    this.ledger = ledger;
    this.walk = new CellWalk(ledger.holdings());
  }

  Part<Heat> look() {
    Instant now = ledger.now();
    if (walk.isAtStart()) {
      begun = now;
      from = Heat.firstHour(now);
      hours = new TreeMap<>();
    }
    CensusQuery lately =
        new CensusQuery(
            from,
            Instant.MAX,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ScanQuery.MAX_LIMIT);
    if (walk.goOn(lately, this::count)) {
      last = Optional.of(new Heat(from, hours, begun));
    }
    Instant oldest = now.minus(CellWalk.LONGEST_KNOWN);
    return last.filter(told -> !told.asOf().isBefore(oldest))
        .<Part<Heat>>map(Part.Known::new)
        .orElseGet(() -> new Part.Unknown<>("the hours are not all read yet"));
  }

  private void count(CensusCell cell) {
    if (!cell.key().owner().equals(CanaryPolicy.OWNER)) {
      hours.merge(cell.key().hour(), cell.counts(), CensusCounts::plus);
    }
  }
}
