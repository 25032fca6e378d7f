package dev.ingest.core.engine;

import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The watchers' records in a ledger. Most looks find what the last one found, so what a record says
 * is kept as long as its text stays the same. As safe for use by several threads as the ledger is.
 */
final class WatcherRecords {

  private final LedgerStore ledger;
  private final Map<String, Parsed> known = new ConcurrentHashMap<>();

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

  /** What became of a replacement. */
  sealed interface Replaced {

    /** It is in place. */
    record Done() implements Replaced {}

    /** Someone else has changed the record. */
    record Overtaken() implements Replaced {}

    /**
     * The record is as it was before, as far as can be seen.
     *
     * @param cause why the write failed
     */
    record Unwritten(Throwable cause) implements Replaced {}

    /** Tells whether it is in place. */
    default boolean isDone() {
      return this instanceof Done;
    }
  }

  Stored read(Watcher watcher) {
    return stored(ledger.controls().read(WatcherRecord.key(watcher)));
  }

  /** Reads all records in one call, by name, without looking into them. */
  Map<String, ControlRecord> readAll() {
    return ledger.controls().list(WatcherRecord.KIND, "", ScanQuery.MAX_LIMIT).stream()
        .collect(Collectors.toUnmodifiableMap(found -> found.key().name(), found -> found));
  }

  Stored stored(Optional<ControlRecord> record) {
    return record
        .map(found -> new Stored(found.version(), Optional.of(parsed(found))))
        .orElseGet(() -> new Stored(0, Optional.empty()));
  }

  private WatcherRecord parsed(ControlRecord record) {
    Parsed last = known.get(record.key().name());
    if (last != null && last.text().equals(record.body())) {
      return last.record();
    }
    WatcherRecord parsed = WatcherRecord.parse(record);
    known.put(record.key().name(), new Parsed(record.body(), parsed));
    return parsed;
  }

  private record Parsed(String text, WatcherRecord record) {}

  /**
   * Replaces a record as it was read. A write whose answer is lost is read again, and counts if it
   * is found.
   *
   * @return what became of it; if it is not in place, read the record again
   * @throws LedgerException if the record cannot be read again either
   */
  Replaced replace(Watcher watcher, Stored before, WatcherRecord next) {
    ControlRecord record =
        new ControlRecord(WatcherRecord.key(watcher), before.version() + 1, next.format());
    RecordWrite written = RecordWrite.of(record, ledger.controls());
    if (written instanceof RecordWrite.Unseen unseen && unseen.version() == before.version()) {
      return new Replaced.Unwritten(unseen.cause());
    }
    return written.isDone() ? new Replaced.Done() : new Replaced.Overtaken();
  }
}
