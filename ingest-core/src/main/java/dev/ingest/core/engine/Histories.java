package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Goes through the kept history of a sequence in order, of which one page is in memory. */
final class Histories {

  private Histories() {}

  /**
   * Tells whether a row is as asked; no row after the first such is looked at.
   *
   * @param ledger where the history is
   * @param key the sequence
   * @param until the ordinal of the last row that counts
   * @param asked judges a row
   */
  static boolean any(Ledger ledger, SequenceKey key, long until, Predicate<HistoryRow> asked) {
    long after = 0;
    boolean more = true;
    while (more && after < until) {
      List<HistoryRow> rows = ledger.history(key, after, ScanQuery.MAX_LIMIT);
      for (HistoryRow row : rows) {
        after = row.link().ordinal();
        if (after > until) {
          return false;
        }
        if (asked.test(row)) {
          return true;
        }
      }
      more = rows.size() == ScanQuery.MAX_LIMIT;
    }
    return false;
  }

  /** Visits all rows up to an ordinal. */
  static void each(Ledger ledger, SequenceKey key, long until, Consumer<HistoryRow> visit) {
    any(
        ledger,
        key,
        until,
        row -> {
          visit.accept(row);
          return false;
        });
  }

  /** Returns the last row up to an ordinal that is as asked. */
  static Optional<HistoryRow> last(
      Ledger ledger, SequenceKey key, long until, Predicate<HistoryRow> asked) {
    AtomicReference<Optional<HistoryRow>> last = new AtomicReference<>(Optional.empty());
    each(
        ledger,
        key,
        until,
        row -> {
          if (asked.test(row)) {
            last.setPlain(Optional.of(row));
          }
        });
    return last.getPlain();
  }
}
