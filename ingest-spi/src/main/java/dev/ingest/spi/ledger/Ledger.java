package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The system of record: one entry per sequence and its append-only history.
 *
 * <p>Safe for use by several threads. Reads see every change that was reported as applied before
 * they began. Lists of keys or transitions are at most {@link LedgerCapabilities#maxBatch()} long.
 * A thrown {@link LedgerException} leaves the effect of every element unknown.
 */
public interface Ledger {

  /**
   * Returns the ledger's own time, which judges leases and what is due.
   *
   * @return the time, in milliseconds
   */
  Instant now();

  /**
   * Commits transitions. Each is atomic (entry, history row, alerts and session together or not at
   * all); the batch is transport, not a transaction; one refusal does not touch the others. What is
   * reported applied is durable. Committing the same transition again is applied again without
   * effect, even after later transitions, which is recognised by its id at its ordinal in the
   * history. The ledger judges the guard, and writes {@code after} as given except for what {@link
   * LeaseEffect} leaves to the ledger.
   *
   * <p>Where the guard holds, the history row must also follow the entry's stored {@link
   * ChainHead}, by its ordinal and by the hash it names as the one before; if not, it is refused
   * with {@code STALE_VERSION}, so that no chain is ever continued from a head that is not stored.
   *
   * @param transitions at most one per sequence
   * @return one outcome per transition, in order: refused with {@code ABSENT}, {@code EXISTS},
   *     {@code STALE_VERSION}, {@code FENCED} (lease token or session part) or {@code
   *     SESSION_CLOSED}
   * @throws dev.ingest.spi.InvalidValueException before any effect, if two transitions concern one
   *     sequence or there are more than {@link LedgerCapabilities#maxBatch()}
   */
  List<Outcome> commit(List<Transition> transitions);

  /**
   * Finds entries.
   *
   * @param keys the sequences
   * @return one entry, or empty, per key, in order
   */
  List<Optional<Entry>> find(List<SequenceKey> keys);

  /**
   * Reads a sequence's history in order.
   *
   * @param key the sequence
   * @param afterOrdinal only rows past this ordinal; 0 for all
   * @param limit the most rows, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the rows that are kept, fewer than the limit only at the end; see {@link #checkpoint}
   */
  List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit);

  /**
   * Tells where a sequence's kept history begins: the end of the rows that were dropped because
   * they were older than the operator keeps history. The first kept row follows it, so that the
   * chain stays checkable up to the entry's own {@link ChainHead}.
   *
   * @param key the sequence
   * @return the last dropped row's place and hash; {@link ChainHead#EMPTY} if none was dropped
   */
  ChainHead checkpoint(SequenceKey key);

  /**
   * Reads entries in key order. An entry that exists throughout the paging is never omitted.
   *
   * @param query which
   * @return a page
   */
  EntryPage scan(ScanQuery query);

  /**
   * Reads entries for which a point in time has come, most overdue first, from an index in the
   * order of that time and the key, so that a page costs the same however many are due or will be.
   *
   * @param query which
   * @return at most as many as asked for; fewer only if no more are due after the last of them
   */
  List<Entry> due(DueQuery query);

  /**
   * Counts sequences per state.
   *
   * @param owner only this owner's, or everybody's
   * @return the counts, from one consistent read
   */
  Census census(Optional<OwnerId> owner);

  /**
   * Returns what the ledger says it holds, for those who compare.
   *
   * @return the other part of this role
   */
  Holdings holdings();
}
