package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The watchers' records in a ledger. As safe for use by several threads as the ledger is. */
final class WatcherRecords {

  private final LedgerStore ledger;

  WatcherRecords(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * A record as it is stored.
   *
   * @param version its version, 0 if there is none
   * @param record what it says
   */
  record Stored(long version, Optional<WatcherRecord> record) {}

  Stored read(Watcher watcher) {
    return stored(ledger.controls().read(WatcherRecord.key(watcher)));
  }

  /** Reads all records in one call, by name, without looking into them. */
  Map<String, ControlRecord> readAll() {
    return ledger.controls().list(WatcherRecord.KIND, "", ScanQuery.MAX_LIMIT).stream()
        .collect(Collectors.toUnmodifiableMap(found -> found.key().name(), found -> found));
  }

  static Stored stored(Optional<ControlRecord> record) {
    return record
        .map(found -> new Stored(found.version(), Optional.of(WatcherRecord.parse(found))))
        .orElseGet(() -> new Stored(0, Optional.empty()));
  }

  /**
   * Replaces a record as it was read. A write whose answer is lost is read again, and counts if it
   * is found.
   *
   * @return false if it is not in place: someone else has changed the record, or it is not known
   *     yet; read it again
   * @throws LedgerException if the record cannot be read again either
   */
  boolean replace(Watcher watcher, Stored before, WatcherRecord next) {
    ControlRecord record =
        new ControlRecord(WatcherRecord.key(watcher), before.version() + 1, next.format());
    Outcome outcome;
    try {
      outcome = ledger.controls().write(record);
    } catch (LedgerException e) {
      outcome = new Outcome.Unknown(e);
    }
    return outcome instanceof Outcome.Unknown
        ? ledger.controls().read(record.key()).filter(record::equals).isPresent()
        : outcome.isApplied();
  }
}
