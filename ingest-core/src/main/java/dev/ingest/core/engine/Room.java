package dev.ingest.core.engine;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.UploadSession;

/**
 * The room that an upload has reserved in the ledger, taken before the bytes. Reserves ahead in
 * steps to spare commits, and falls back to the exact need where a step does not fit the quota.
 */
final class Room {

  private static final long STEP_ITEMS = 1_000;
  private static final long STEP_BYTES = 64L << 20;
  private static final long QUOTA_PART = 64;

  private final Node node;
  private final UploadSession session;
  private final OwnerQuota quota;
  private Reservation reserved;

  /**
   * Takes the room that a session has.
   *
   * @param node whose ledger it is
   * @param session the session
   * @param quota what its owner may hold in all
   */
  Room(Node node, UploadSession session, OwnerQuota quota) {
    this.node = node;
    this.session = session;
    this.quota = quota;
    this.reserved = session.reserved();
  }

  /** Makes sure that the session has room for a total, or throws. */
  void reserve(ItemName next, long items, long bytes) {
    if (items <= reserved.items() && bytes <= reserved.bytes()) {
      return;
    }
    checkLimits(next, items, bytes);
    Reservation exact = new Reservation(items, bytes);
    Reservation ahead = ahead(node.policies().limits(), exact);
    Outcome outcome = ask(ahead);
    Reservation asked = ahead;
    if (outcome instanceof Outcome.NotApplied refusal && refusal.reason() == Outcome.Reason.LIMIT) {
      outcome = ask(exact);
      asked = exact;
    }
    if (outcome instanceof Outcome.NotApplied refusal) {
      throw refusal.reason() == Outcome.Reason.LIMIT
          ? new QuotaExceededException(
              "%s needs room for %d items and %d bytes: %s; wait until sequences are done or raise the"
                      .formatted(session.key(), items, bytes, refusal.detail())
                  + " quota")
          : new UploadClosedException(
              "session %s of %s takes nothing more: %s, %s; begin another upload"
                  .formatted(session.id(), session.key(), refusal.reason(), refusal.detail()));
    }
    reserved = asked;
  }

  /**
   * Adds a step to a need: small against the quota, so that unused room of one session does not
   * stand in the way of another.
   */
  static Reservation ahead(IntakeLimits limits, Reservation need) {
    long step = Math.min(STEP_BYTES, limits.quota().bytes() / QUOTA_PART);
    return new Reservation(
        Math.min(need.items() + STEP_ITEMS, limits.maxItems()),
        Math.min(need.bytes() + step, limits.maxSequenceBytes()));
  }

  private Outcome ask(Reservation total) {
    return Retries.settled(
        node,
        "reserving room for " + session.key(),
        () -> node.ledger().sessions().reserve(session.id(), total, quota));
  }

  private void checkLimits(ItemName next, long items, long bytes) {
    int maxItems = node.policies().limits().maxItems();
    long maxBytes = node.policies().limits().maxSequenceBytes();
    if (items > maxItems || bytes > maxBytes) {
      throw new ItemRefusedException(
          ItemRefusedException.Reason.OVER_LIMIT,
          "item \"%s\" of %s: the sequence would have %d items and %d bytes, the limits are %d and %d;"
                  .formatted(next, session.key(), items, bytes, maxItems, maxBytes)
              + " split the sequence");
    }
  }
}
