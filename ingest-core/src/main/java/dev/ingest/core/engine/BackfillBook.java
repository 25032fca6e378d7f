package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillPhase;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The records of the backfills of a ledger. As safe for several threads as the ledger is. */
final class BackfillBook {

  private static final int MAX_ATTEMPTS = 8;

  private final LedgerStore ledger;

  BackfillBook(LedgerStore ledger) {
    this.ledger = ledger;
  }

  Optional<BackfillRecord> find(String name) {
    return ledger.controls().read(BackfillRecord.key(name)).map(BackfillRecord::parse);
  }

  BackfillRecord get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new ActRefusedException(
                    "there is no backfill %s in ledger %s".formatted(name, ledger.name())));
  }

  /** Reads a page of records in the order of names. */
  List<ControlRecord> list(String after, int limit) {
    return ledger.controls().list(BackfillRecord.KIND, after, limit);
  }

  /** Reads all records in the order of names, each page when it is come to. */
  Stream<ControlRecord> all() {
    return Stream.iterate(
            list("", ScanQuery.MAX_LIMIT), page -> !page.isEmpty(), page -> after(page))
        .flatMap(List::stream);
  }

  private List<ControlRecord> after(List<ControlRecord> page) {
    return page.size() < ScanQuery.MAX_LIMIT
        ? List.of()
        : list(page.get(page.size() - 1).key().name(), ScanQuery.MAX_LIMIT);
  }

  /** Tells whether a backfill needs nothing any more; not so if its record cannot be read. */
  boolean isSettled(String name) {
    Optional<ControlRecord> stored = ledger.controls().read(BackfillRecord.key(name));
    return stored.isEmpty()
        || readable(stored.get())
            .filter(record -> BackfillClaims.isSettled(record.phase()))
            .isPresent();
  }

  /** Finds one that is cancelled; not so if its record cannot be read. */
  Optional<BackfillRecord> cancelled(String name) {
    return ledger
        .controls()
        .read(BackfillRecord.key(name))
        .flatMap(BackfillBook::readable)
        .filter(record -> record.phase() == BackfillPhase.CANCELLED);
  }

  /** Parses a record; empty if it cannot be read: a newer release wrote it, or it is damaged. */
  static Optional<BackfillRecord> readable(ControlRecord stored) {
    try {
      return Optional.of(BackfillRecord.parse(stored));
    } catch (IllegalStateException | InvalidValueException e) {
      return Optional.empty();
    }
  }

  /** Writes the first version; tells whether it is in place, and not another's. */
  boolean create(BackfillRecord first) {
    return write(first.record(1));
  }

  /**
   * Changes a record by compare-and-set, read anew for each attempt.
   *
   * @param name the backfill
   * @param change what is to become of it; what it throws ends the attempts
   * @return what is in place
   */
  BackfillRecord change(String name, UnaryOperator<BackfillRecord> change) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<ControlRecord> stored = ledger.controls().read(BackfillRecord.key(name));
      if (stored.isEmpty()) {
        return get(name);
      }
      BackfillRecord before = BackfillRecord.parse(stored.get());
      BackfillRecord after = change.apply(before);
      if (after.equals(before) || write(after.record(stored.get().version() + 1))) {
        return after;
      }
    }
    throw new LedgerException(
        "%s: the record of backfill %s was changed by others %d times in a row; repeat it"
            .formatted(ledger.name(), name, MAX_ATTEMPTS));
  }

  private boolean write(ControlRecord record) {
    return RecordWrite.of(record, ledger.controls()).isDone();
  }
}
