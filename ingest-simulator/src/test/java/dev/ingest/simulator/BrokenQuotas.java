package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Ledgers that give owners more room than their quota, or less. */
final class BrokenQuotas {

  private BrokenQuotas() {}

  /** Opens whatever is asked for. */
  static final Sabotage QUOTAS_ARE_IGNORED =
      sessions(
          sessions ->
              new Sessions(sessions) {
                @Override
                public SessionOpening open(
                    SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
                  return super.open(id, key, reserve, OwnerQuota.UNLIMITED);
                }
              });

  /** Says that a session is given up, and keeps it with its room. */
  static final Sabotage WHAT_IS_GIVEN_UP_STAYS_OPEN =
      sessions(
          sessions ->
              new Sessions(sessions) {
                @Override
                public Outcome abandon(SessionId id, Duration untouchedFor) {
                  return Outcome.APPLIED;
                }
              });

  /** Refuses a second session, although the quota allows it. */
  static final Sabotage ONE_SESSION_IS_ENOUGH =
      sessions(
          sessions ->
              new Sessions(sessions) {
                @Override
                public SessionOpening open(
                    SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
                  OwnerQuota one = new OwnerQuota(1, quota.bytes());
                  return super.open(id, key, reserve, one);
                }
              });

  /** Adopts within the quota that owners who upload to the same node have. */
  static final Sabotage ADOPTIONS_ARE_WITHIN_THE_QUOTA =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          return new PatchedLedger(ledger, ledger.ledger(), new Stingy(ledger.sessions()));
        }
      };

  private static final class Stingy extends Sessions {

    private OwnerQuota seen = OwnerQuota.UNLIMITED;

    private Stingy(UploadSessions sessions) {
      super(sessions);
    }

    @Override
    public SessionOpening open(
        SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
      seen = quota.equals(OwnerQuota.UNLIMITED) ? seen : quota;
      return super.open(id, key, reserve, seen);
    }
  }

  private static Sabotage sessions(UnaryOperator<UploadSessions> broken) {
    return new Sabotage() {
      @Override
      public LedgerStore ledger(InMemoryLedger ledger) {
        return new PatchedLedger(ledger, ledger.ledger(), broken.apply(ledger.sessions()));
      }
    };
  }
}
