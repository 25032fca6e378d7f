package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;

/**
 * A control record that one node alone writes, whose version it therefore mostly knows. A write of
 * which nothing is known is not repeated: the next one reads the version first, and takes the place
 * of whatever is there. For one thread at a time.
 */
final class OwnRecord {

  private static final int MAX_ATTEMPTS = 4;

  private final LedgerStore ledger;
  private final ControlRecord.Key key;
  private boolean isKnown;
  private long version;

  OwnRecord(LedgerStore ledger, ControlRecord.Key key) {
    this.ledger = ledger;
    this.key = key;
  }

  RecordBody begin() {
    return RecordBody.of(key);
  }

  /**
   * Writes the record, whatever was there before.
   *
   * @return whether it is known that another had written it since this node did
   * @throws LedgerException if it is not known to be written
   */
  boolean write(RecordBody body) {
    boolean wasKnown = isKnown;
    boolean isAnothers = false;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (!isKnown) {
        version = ledger.controls().read(key).map(ControlRecord::version).orElse(0L);
        // One that is gone was deleted, as those are that nobody changes.
        isAnothers |= wasKnown && version > 0;
      }
      isKnown = false;
      Outcome outcome = ledger.controls().write(body.record(version + 1));
      if (outcome.isApplied()) {
        version++;
        isKnown = true;
        return isAnothers;
      }
      if (outcome instanceof Outcome.Unknown unknown) {
        throw new LedgerException(
            "%s: whether record %s/%s was written is unknown; the next beat writes it anew"
                .formatted(ledger.name(), key.kind(), key.name()),
            unknown.cause());
      }
    }
    throw new LedgerException(
        "%s: record %s/%s was changed by others %d times in a row: see that no two running nodes"
                .formatted(ledger.name(), key.kind(), key.name(), MAX_ATTEMPTS)
            + " have one name");
  }

  /**
   * Deletes the record if it is as this node wrote it last.
   *
   * @return whether it was deleted
   * @throws LedgerException if that is not known
   */
  boolean delete() {
    if (!isKnown) {
      version = ledger.controls().read(key).map(ControlRecord::version).orElse(0L);
    }
    isKnown = false;
    return version > 0 && ledger.controls().delete(key, version).isApplied();
  }
}
