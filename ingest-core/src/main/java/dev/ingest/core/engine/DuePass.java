package dev.ingest.core.engine;

import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import java.util.List;

/**
 * Goes through a due index page by page, once from its start to its end, and then again. What could
 * not be dealt with stays due without holding up what comes after it, and what becomes due while a
 * pass goes on is left to the next ({@link PassEnd}). For one thread.
 */
final class DuePass {

  private final Ledger ledger;
  private final DueQuery start;
  private final PassEnd end;
  private DueQuery current;
  private DueQuery next;

  DuePass(Ledger ledger, DueQuery start) {
    this.ledger = ledger;
    this.start = start;
    this.end = new PassEnd(ledger, start.lead());
    this.current = start;
    this.next = start;
  }

  /**
   * Reads the next page.
   *
   * @param limit the most entries, 1 or more
   * @return the page; with fewer entries than the limit the pass has ended, and the next page is
   *     the first of another
   */
  List<Entry> page(int limit) {
    DueQuery query =
        new DueQuery(next.kind(), next.lead(), next.escalations(), next.after(), limit);
    current = next;
    List<Entry> page = end.cut(ledger.due(query), limit, start.kind()::timeOf);
    next = page.size() < limit ? start : next.after(page.get(page.size() - 1));
    return page;
  }

  /** Hears that the last page is to be read once more. */
  void again() {
    next = current;
  }

  /** Hears that the last page was left behind one of its entries, where the next one begins. */
  void leftBehind(Entry last) {
    next = start.after(last);
  }
}
