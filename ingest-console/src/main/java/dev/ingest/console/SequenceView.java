package dev.ingest.console;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One sequence, and a page of its history.
 *
 * @param entry where it stands
 * @param now the ledger's time
 * @param broken where its history does not fit; empty if it is whole
 * @param rows a page of its history, in order
 * @param olderAfter after which row the page before begins; empty on the first
 * @param newerAfter after which row the next page begins; empty on the last
 */
record SequenceView(
    Entry entry,
    Instant now,
    Part<Optional<String>> broken,
    List<HistoryRow> rows,
    Optional<Long> olderAfter,
    Optional<Long> newerAfter) {

  SequenceView {
    rows = List.copyOf(rows);
  }
}
