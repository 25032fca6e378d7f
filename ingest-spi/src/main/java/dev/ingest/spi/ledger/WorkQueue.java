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
   * Leases entries that are due. Of those without a lease, ACCEPTED and PROCESSED ones, and those
   * with a run beside, are due when their visible-at has come; of those with one, PROCESSING and
   * PROCESSED ones, and those with a run beside, when it has run out.
   *
   * <p>Each claim is atomic and durable: the fence and the version rise by one, the lease is set,
   * visible-at becomes its end, one attempt is charged to the run that is worked on ({@link
   * Entry#active}), and ACCEPTED becomes PROCESSING (PROCESSED and VERIFIED stay). No history row
   * is written.
   *
   * <p>Fair between owners: what is due lies in lanes by work and by a hash of its owner (32 or
   * more for each work), and the lanes with something due are taken in turn, also from claim to
   * claim, so that one owner's million sequences do not starve another's one. Within a lane the
   * longest due goes first. Of n such lanes, one claim takes at most the n-th part of its limit
   * from each, rounded up; so it may return fewer than asked for while more is due, but never none.
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

  /**
   * Registers what is called when work may have become due, so that an idle node need not wait for
   * its next look. A hint: it may be lost, late, doubled or false, and may say nothing of what
   * other processes did; looking at intervals remains the truth.
   *
   * @param hint quick to return, safe for use by several threads, and throws nothing
   * @return ends the registration
   */
  Subscription onArrival(Runnable hint);

  /** A registration. */
  interface Subscription extends AutoCloseable {

    /** Ends it; a call that is under way may still come. Idempotent. */
    @Override
    void close();
  }
}
