package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import java.time.Duration;
import java.util.List;

/**
 * Leases on entries that are due. The queue is the ledger's own rows, so nothing in it can get lost
 * apart from them. Time is the ledger's clock alone.
 *
 * <p>Safe for use by several threads and processes. A thrown {@link LedgerException} leaves the
 * effect of every element unknown; leases granted but never heard of run out by themselves.
 */
public interface WorkQueue {

  /**
   * Leases entries that are due: ACCEPTED or PROCESSED ones whose visible-at has come, and
   * PROCESSING or PROCESSED ones whose lease has run out. Each claim is atomic and durable: the
   * fence and the version rise by one, the lease is set, visible-at becomes its end, one attempt is
   * charged, and ACCEPTED becomes PROCESSING (PROCESSED stays). No history row is written.
   *
   * @param request who asks and for what
   * @return at most as many as asked for, the longest due first
   */
  List<Claimed> claim(ClaimRequest request);

  /**
   * Extends leases from now, whether or not they ran out meanwhile, as long as nobody else has
   * taken them. The version stays.
   *
   * @param held the leases, at most {@link LedgerCapabilities#maxBatch()}
   * @param lease how long they run from now
   * @return one outcome per lease, in order: refused with {@code FENCED} or {@code ABSENT}
   */
  List<Outcome> renew(List<Held> held, Duration lease);

  /**
   * Gives leases back unused: the attempt is refunded, the entry is due at once, PROCESSING becomes
   * ACCEPTED, the version rises by one. No history row is written.
   *
   * @param held the leases, at most {@link LedgerCapabilities#maxBatch()}
   * @return one outcome per lease, in order: refused with {@code FENCED} or {@code ABSENT}
   */
  List<Outcome> handBack(List<Held> held);
}
