package dev.ingest.spi.ledger;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;

/**
 * The life of a ledger, which ends when it comes back from a backup or a replica: what was granted
 * in one life is void in the next. A part of each {@link LedgerStore}. Safe for use by several
 * threads.
 */
public interface LedgerLife {

  /**
   * Reads the id of this life of the ledger, which is stored in it. A lease is granted in the life
   * that was read last; one call of this between two claims is enough to notice that another has
   * begun.
   *
   * @return the incarnation
   * @throws LedgerException if the ledger does not answer
   */
  IncarnationId incarnation();

  /**
   * Begins another life, of a ledger that came back from a backup or from a replica with the id
   * that it had before. In one change the stored id is replaced and every lease becomes one of the
   * new life, so that no token of an earlier life is current any more, in whatever process it is. A
   * lease ends when it would have ended. Repeating the same call is safe.
   *
   * @param expected the id of the life that ends
   * @param next a fresh random id
   * @return applied, also if it was done before; or refused with {@code CONFLICT} if the stored id
   *     is neither
   * @throws LedgerException if the effect is unknown
   */
  Outcome renew(IncarnationId expected, IncarnationId next);
}
