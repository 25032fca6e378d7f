package dev.ingest.simulator;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A ledger that shows another entry, other rows and an empty census. */
final class ShownLedger extends Entries {

  private final Optional<Entry> entry;
  private final UnaryOperator<HistoryRow> rows;

  ShownLedger(Ledger ledger, Optional<Entry> entry, UnaryOperator<HistoryRow> rows) {
    super(ledger);
    this.entry = entry;
    this.rows = rows;
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    return keys.stream().map(key -> entry).toList();
  }

  @Override
  public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
    return super.history(key, afterOrdinal, limit).stream().map(rows).toList();
  }

  @Override
  public Census census(Optional<OwnerId> owner) {
    return new Census(Map.of(), 0, now());
  }
}
