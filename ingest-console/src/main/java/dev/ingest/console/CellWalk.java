package dev.ingest.console;

import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the cells of the hourly census a bounded number of pages at a time, and goes on where it
 * was. A page that could not be read is asked for again. For one thread.
 */
final class CellWalk {

  /** How many pages one look reads at most. */
  static final int PAGES = 10;

  /** How long the last walk that was through is told while another goes on. */
  static final Duration LONGEST_KNOWN = Duration.ofMinutes(15);

  private final Holdings holdings;
  private Optional<CensusQuery> next = Optional.empty();

  CellWalk(Holdings holdings) {
    this.holdings = holdings;
  }

  /** Tells whether the next look begins with the first cell. */
  boolean isAtStart() {
    return next.isEmpty();
  }

  /**
   * Goes on.
   *
   * @param all what is asked for, with the limit {@link ScanQuery#MAX_LIMIT}; heeded at the start
   * @param cells hears of each cell once
   * @return whether it is through; then it is at the start again
   */
  boolean goOn(CensusQuery all, Consumer<CensusCell> cells) {
    CensusQuery query = next.orElse(all);
    boolean more = true;
    for (int pages = 0; pages < PAGES && more; pages++) {
      CensusPage page = holdings.hourly(query);
      for (CensusCell cell : page.cells()) {
        cells.accept(cell);
        query = query.after(cell.key());
      }
      more = page.more();
      next = more ? Optional.of(query) : Optional.empty();
    }
    return !more;
  }
}
