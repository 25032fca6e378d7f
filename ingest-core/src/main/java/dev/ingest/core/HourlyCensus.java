package dev.ingest.core;

import dev.ingest.core.engine.CensusCorrection;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Holdings;
import java.util.List;
import java.util.function.Consumer;

/**
 * What became of everything that was accepted, per hour of acceptance, route and owner: accepted =
 * in flight + verified + expiring and expired + failed + lost + discarding and discarded.
 *
 * <p>The counts are kept by the ledger, each in the commit that changes it, and that of acceptances
 * apart from those of the states, so that their sum can be compared with it. A recount compares
 * them with the entries. Holds a page at a time, whatever their number. Cells come in the order of
 * hours, routes and owners; a reading leaves out those of canaries unless their owner is asked for,
 * a recount does not. Thread-safe; what cannot be read is a {@link
 * dev.ingest.spi.ledger.LedgerException}, and nothing is said of the rest.
 */
public final class HourlyCensus {

  private static final int PAGE = 1_000;

  /** Few cells, since each may stand for many entries. */
  private static final int RECOUNTED = 100;

  private final Holdings holdings;
  private final CensusCorrection correction;

  HourlyCensus(Holdings holdings, CensusCorrection correction) {
    this.holdings = holdings;
    this.correction = correction;
  }

  /**
   * Reads the counts that are kept.
   *
   * @param scope which
   * @param cells hears of each cell
   * @return what they come to; a cell differs if it does not add up
   */
  public CensusReport read(CensusScope scope, Consumer<CensusCell> cells) {
    CensusReport report = CensusReport.NONE;
    CensusQuery next = scope.first(PAGE);
    CensusPage page;
    do {
      page = holdings.hourly(next);
      for (CensusCell cell : page.cells()) {
        next = next.after(cell.key());
        if (scope.covers(cell.key()) && !cell.counts().equals(CensusCounts.NONE)) {
          report = report.plus(cell.counts(), !cell.counts().isConsistent());
          cells.accept(cell);
        }
      }
    } while (page.more());
    return report;
  }

  /**
   * Counts the entries, and compares the counts that are kept with them. Both are of one moment, so
   * that traffic makes no difference. Changes nothing.
   *
   * @param scope which
   * @param cells hears of each cell, with both counts
   * @return what the entries come to; a cell differs if its counts are kept wrongly
   */
  public CensusReport recount(CensusScope scope, Consumer<CensusRecount> cells) {
    return recount(scope, cells, differing -> {});
  }

  private CensusReport recount(
      CensusScope scope, Consumer<CensusRecount> cells, Consumer<List<CensusRecount>> corrected) {
    CensusReport report = CensusReport.NONE;
    CensusQuery next = scope.first(RECOUNTED);
    CensusRecountPage page;
    do {
      page = holdings.recount(next);
      for (CensusRecount cell : page.cells()) {
        next = next.after(cell.key());
        report = report.plus(cell.counted(), !cell.agrees());
        cells.accept(cell);
      }
      corrected.accept(page.cells().stream().filter(cell -> !cell.agrees()).toList());
    } while (page.more());
    return report;
  }

  /** The same, and makes what is kept right; who and why is on the record before. */
  CensusReport correct(
      CensusScope scope, Consumer<CensusRecount> cells, Act by, boolean rehearsal) {
    return recount(
        scope,
        cells,
        differing -> {
          if (!rehearsal) {
            correction.correct(differing, by);
          }
        });
  }
}
