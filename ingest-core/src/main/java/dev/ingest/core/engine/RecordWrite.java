package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerException;
import java.util.Optional;

/**
 * What became of the write of a control record. Where the answer was lost the record is read again,
 * and counts as written if it is found.
 */
sealed interface RecordWrite {

  /** It is in place. */
  record Done() implements RecordWrite {}

  /** The ledger said that it has another version than the one that this was to follow. */
  record Refused() implements RecordWrite {}

  /**
   * The answer was lost, and something else is in place.
   *
   * @param version of what is in place, 0 if nothing is
   * @param cause what hid the answer
   */
  record Unseen(long version, Throwable cause) implements RecordWrite {}

  /** Tells whether it is in place. */
  default boolean isDone() {
    return this instanceof Done;
  }

  /**
   * Writes a record.
   *
   * @throws LedgerException if the answer was lost and the record cannot be read again either
   */
  static RecordWrite of(ControlRecord record, ControlRecords controls) {
    Outcome outcome;
    try {
      outcome = controls.write(record);
    } catch (LedgerException e) {
      outcome = new Outcome.Unknown(e);
    }
    if (outcome instanceof Outcome.Unknown unknown) {
      Optional<ControlRecord> found = controls.read(record.key());
      return found.filter(record::equals).isPresent()
          ? new Done()
          : new Unseen(found.map(ControlRecord::version).orElse(0L), unknown.cause());
    }
    return outcome.isApplied() ? new Done() : new Refused();
  }
}
