package dev.ingest.core.engine;

import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Goes through a due index page by page, once from its start to its end, and then again. What could
 * not be dealt with stays due without holding up what comes after it.
 *
 * <p>What becomes due while a pass goes on is left to the next. Where as much becomes due as is
 * dealt with, a pass would have no end otherwise, and what was left behind would not be looked at
 * again. For one thread.
 */
final class DuePass {

  private final Ledger ledger;
  private final DueQuery start;
  private DueQuery next;

  /**
   * The last point in time that belongs to a pass of more than a page: the earliest of those that
   * were due by when a page was read, since the ledger's clock may have been ahead at one of them.
   */
  private Optional<Instant> until = Optional.empty();

  DuePass(Ledger ledger, DueQuery start) {
    this.ledger = ledger;
    this.start = start;
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
    List<Entry> page =
        upToTheEnd(
            ledger.due(
                new DueQuery(next.kind(), next.lead(), next.escalations(), next.after(), limit)));
    if (page.size() < limit) {
      next = start;
      until = Optional.empty();
    } else {
      Instant end = ledger.now().plus(start.lead());
      until = Optional.of(until.filter(end::isAfter).orElse(end));
      next = next.after(page.get(page.size() - 1));
    }
    return page;
  }

  private List<Entry> upToTheEnd(List<Entry> page) {
    return until
        .map(
            end ->
                page.stream().takeWhile(entry -> !start.kind().timeOf(entry).isAfter(end)).toList())
        .orElse(page);
  }

  /** Hears that the last page was left behind one of its entries, where the next one begins. */
  void leftBehind(Entry last) {
    next = start.after(last);
  }
}
