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
    return first(ledger, key, 0, row -> row.link().ordinal() > until || asked.test(row))
        .filter(row -> row.link().ordinal() <= until)
        .isPresent();
  }

  /**
   * Returns the first row that is as asked; no row after it is looked at.
   *
   * @param ledger where the history is
   * @param key the sequence
   * @param from the ordinal after which rows count
   * @param asked judges a row
   */
  static Optional<HistoryRow> first(
      Ledger ledger, SequenceKey key, long from, Predicate<HistoryRow> asked) {
    long after = from;
    boolean more = true;
    while (more) {
      List<HistoryRow> rows = ledger.history(key, after, ScanQuery.MAX_LIMIT);
      for (HistoryRow row : rows) {
        if (asked.test(row)) {
          return Optional.of(row);
        }
        after = row.link().ordinal();
      }
      more = rows.size() == ScanQuery.MAX_LIMIT;
    }
    return Optional.empty();
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
