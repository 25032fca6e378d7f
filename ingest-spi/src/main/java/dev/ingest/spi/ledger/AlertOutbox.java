package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import java.util.List;

/**
 * Alerts that wait to be told. Rows come with the transitions that cause them, or by {@link
 * #raise}; each ends in exactly one digest.
 *
 * <p>Safe for use by several threads and processes; digests are nevertheless sealed by one pump at
 * a time. A thrown {@link LedgerException} leaves the effect unknown.
 */
public interface AlertOutbox {

  /** The most unsent digests that {@link #unsent} returns. */
  int MAX_UNSENT = 1_000;

  /**
   * Writes alerts that no transition causes, all or none, durably. Repeating may double them.
   *
   * @param rows at most {@link LedgerCapabilities#maxBatch()}
   */
  void raise(List<AlertRow> rows);

  /**
   * Counts rows that are in no digest yet.
   *
   * @return 0 or more
   */
  long pending();

  /**
   * Moves every row that is in no digest into the next one, in one durable commit. Without rows the
   * digest is empty. Ordinals have no gaps. There is no cursor: a row that commits late joins the
   * next digest.
   *
   * @return the sealed digest
   */
  AlertDigest seal();

  /**
   * Reads digests that are sealed and not acknowledged, in order of ordinal.
   *
   * @param limit the most digests, 1 to {@link #MAX_UNSENT}
   * @return the digests
   */
  List<AlertDigest> unsent(int limit);

  /**
   * Marks a digest as delivered.
   *
   * @param ordinal the digest
   * @return applied, also if it was acknowledged before; or refused with {@code ABSENT}
   */
  Outcome acknowledge(long ordinal);
}
