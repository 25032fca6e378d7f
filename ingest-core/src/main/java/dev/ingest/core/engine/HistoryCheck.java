package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;

/**
 * Follows the hash chain of a history from where its kept rows begin up to the head that the entry
 * names; rows committed meanwhile are past it.
 */
final class HistoryCheck {

  private HistoryCheck() {}

  /** What does not fit. */
  record Break(String expected, String actual) {}

  static Optional<Break> of(Ledger ledger, SequenceKey key, ChainHead end) {
    ChainHead head = ledger.checkpoint(key);
    boolean more = true;
    while (more && head.length() < end.length()) {
      List<HistoryRow> rows = ledger.history(key, head.length(), ScanQuery.MAX_LIMIT);
      for (HistoryRow row : rows) {
        if (head.length() == end.length()) {
          break;
        }
        Optional<ChainHead> next = HistoryChain.follow(row, head);
        if (next.isEmpty()) {
          return Optional.of(
              new Break(
                  "row " + (head.length() + 1) + " linked to the one before",
                  "row " + row.link().ordinal() + " that does not follow"));
        }
        head = next.get();
      }
      more = rows.size() == ScanQuery.MAX_LIMIT;
    }
    return head.equals(end)
        ? Optional.empty()
        : Optional.of(
            new Break(
                end.length() + " rows that end in " + end.head(),
                head.length() + " rows that end in " + head.head()));
  }
}
