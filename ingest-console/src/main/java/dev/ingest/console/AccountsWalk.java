package dev.ingest.console;

import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.Optional;

/**
 * Accounts for everything that was ever accepted, a bounded number of reads at a time.
 *
 * <p>The number accepted and the number accounted for must not come from the same place, or their
 * difference is always zero. The census per hour keeps acceptances apart from states, cell by cell;
 * each cell is of one moment, so its difference counts whatever the traffic does meanwhile. The
 * acceptances of all cells are then compared with the census of entries, which was taken before the
 * walk and is taken after it: entries and acceptances never become fewer, so a sum outside of the
 * two is wrong. A sequence that is missing in one record mostly shows in both comparisons, so the
 * larger of the two counts and not their sum.
 *
 * <p>A ledger of up to 10,000 cells is counted in one look. Of a larger one the last count that was
 * through is told, with its time, for a quarter of an hour; nothing is known before and after. For
 * one thread.
 */
final class AccountsWalk {

  private static final CensusQuery ALL = CensusQuery.all(ScanQuery.MAX_LIMIT);

  private final LedgerStore ledger;
  private final CellWalk walk;
  private Optional<Census> before = Optional.empty();
  private CensusCounts totals = CensusCounts.NONE;
  private long unbalanced;
  private long cells;
  private Optional<Accounts> last = Optional.empty();

  AccountsWalk(LedgerStore ledger) {
    this.ledger = ledger;
    this.walk = new CellWalk(ledger.ledger().holdings());
  }

  Part<Accounts> look() {
    if (walk.isAtStart()) {
      begin();
    }
    if (walk.goOn(ALL, this::count)) {
      Accounts whole = end();
      last = Optional.of(whole);
      return new Part.Known<>(whole);
    }
    Instant oldest = ledger.ledger().now().minus(CellWalk.LONGEST_KNOWN);
    return last.filter(told -> !told.ended().isBefore(oldest))
        .<Part<Accounts>>map(Part.Known::new)
        .orElseGet(
            () ->
                new Part.Unknown<>(
                    "the count of everything is not through, %,d cells so far; %s"
                        .formatted(
                            cells,
                            last.map(told -> "the last one ended at " + told.ended())
                                .orElse("there was none before"))));
  }

  private void begin() {
    before = Optional.of(ledger.ledger().census(Optional.empty()));
    totals = CensusCounts.NONE;
    unbalanced = 0;
    cells = 0;
  }

  private void count(CensusCell cell) {
    cells++;
    totals = totals.plus(cell.counts());
    unbalanced += Math.abs(cell.counts().count(CensusCount.ACCEPTED) - cell.counts().ofStates());
  }

  private Accounts end() {
    Census begun = before.orElseThrow();
    Census ended = ledger.ledger().census(Optional.empty());
    long accepted = totals.count(CensusCount.ACCEPTED);
    long missing = Math.max(0, begun.total() - accepted);
    long strays = Math.max(0, accepted - ended.total());
    return new Accounts(
        accepted + missing,
        totals.count(CensusCount.VERIFIED)
            + totals.count(CensusCount.EXPIRING)
            + totals.count(CensusCount.EXPIRED),
        Math.max(unbalanced, missing + strays),
        begun.asOf(),
        ended.asOf());
  }
}
