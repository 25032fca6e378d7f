package dev.ingest.console;

import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads single sequences, a bounded number of rows at a time. Thread-safe. */
final class SequenceReader {

  /** How many owners of one id are listed at most. */
  static final int OWNERS = 100;

  /** How many rows of a history one page has. */
  static final int ROWS = 100;

  private static final int CHECKED_PAGES = 20;

  private final Ledger ledger;

  SequenceReader(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Finds sequences by their id, of one owner or of {@value #OWNERS} and one more at most. */
  List<Entry> find(Optional<OwnerId> owner, SequenceId id) {
    return owner.isPresent()
        ? ledger.find(List.of(new SequenceKey(owner.get(), id))).stream()
            .flatMap(Optional::stream)
            .toList()
        : ledger
            .scan(
                new ScanQuery(
                    Optional.empty(), Optional.of(id), Set.of(), Optional.empty(), OWNERS + 1))
            .entries();
  }

  /**
   * Reads a sequence.
   *
   * @param entry where it stands
   * @param after after which row of its history the page begins; empty for the last page
   */
  SequenceView view(Entry entry, Optional<Long> after) {
    long last = entry.chain().length();
    long kept = ledger.checkpoint(entry.key()).length();
    long from = Math.max(kept, Math.min(after.orElse(Long.MAX_VALUE), last - ROWS));
    List<HistoryRow> rows = ledger.history(entry.key(), from, ROWS);
    long end = rows.isEmpty() ? from : rows.get(rows.size() - 1).link().ordinal();
    return new SequenceView(
        entry,
        ledger.now(),
        Part.unlessThrown("the check of a history", () -> broken(entry)),
        rows,
        from > kept ? Optional.of(Math.max(kept, from - ROWS)) : Optional.empty(),
        end < last ? Optional.of(end) : Optional.empty());
  }

  /** Follows the hash chain from where its kept rows begin to the head that the entry names. */
  private Part<Optional<String>> broken(Entry entry) {
    ChainHead head = ledger.checkpoint(entry.key());
    for (int page = 0; page < CHECKED_PAGES && head.length() < entry.chain().length(); page++) {
      List<HistoryRow> rows = ledger.history(entry.key(), head.length(), ScanQuery.MAX_LIMIT);
      if (rows.isEmpty()) {
        return broken("row %,d is missing".formatted(head.length() + 1));
      }
      for (HistoryRow row : rows) {
        if (head.length() < entry.chain().length()) {
          Optional<ChainHead> next = HistoryChain.follow(row, head);
          if (next.isEmpty()) {
            return broken(
                "row %,d does not follow row %,d".formatted(row.link().ordinal(), head.length()));
          }
          head = next.get();
        }
      }
    }
    if (head.length() < entry.chain().length()) {
      return new Part.Unknown<>(
          "the first %,d rows are whole; `ingest verify` checks them all".formatted(head.length()));
    }
    return head.equals(entry.chain())
        ? new Part.Known<>(Optional.empty())
        : broken("it ends in another row than its entry names");
  }

  private static Part<Optional<String>> broken(String why) {
    return new Part.Known<>(Optional.of(why));
  }
}
