package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import java.util.List;
import java.util.Optional;

/**
 * The engine's own small records, changed by compare-and-set, and sets of sequence keys.
 *
 * <p>Safe for use by several threads and processes. Every change is atomic and durable when it
 * returns. A thrown {@link LedgerException} leaves the effect unknown; read to find out.
 */
public interface ControlRecords {

  /**
   * Reads a record.
   *
   * @param key its name
   * @return the record, or empty
   */
  Optional<ControlRecord> read(ControlRecord.Key key);

  /**
   * Reads the records of one kind in order of name.
   *
   * @param kind the kind
   * @param afterName only names greater than this; empty text for all
   * @param limit the most records, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the records, fewer than the limit only at the end
   */
  List<ControlRecord> list(String kind, String afterName, int limit);

  /**
   * Writes a record if it has the version before the record's own.
   *
   * @param record the record with its new version; version 1 creates it
   * @return applied; or refused with {@code STALE_VERSION}, {@code EXISTS} for version 1, or {@code
   *     ABSENT}
   */
  Outcome write(ControlRecord record);

  /**
   * Deletes a record if it has this version.
   *
   * @param key its name
   * @param version its version
   * @return applied; or refused with {@code STALE_VERSION} or {@code ABSENT}
   */
  Outcome delete(ControlRecord.Key key, long version);

  /**
   * Adds members to a set, all or none; those that are members stay so.
   *
   * @param set the set's name; it exists as soon as it has members
   * @param members at most {@link LedgerCapabilities#maxBatch()}
   */
  void add(ControlRecord.Key set, List<SequenceKey> members);

  /**
   * Removes members from a set, all or none; what is no member is left alone.
   *
   * @param set the set's name
   * @param members at most {@link LedgerCapabilities#maxBatch()}
   */
  void remove(ControlRecord.Key set, List<SequenceKey> members);

  /**
   * Reads a set's members in key order.
   *
   * @param set the set's name
   * @param after only keys greater than this one, or from the start
   * @param limit the most keys, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the keys, fewer than the limit only at the end
   */
  List<SequenceKey> members(ControlRecord.Key set, Optional<SequenceKey> after, int limit);
}
