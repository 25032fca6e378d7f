package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Upload sessions that do as told. */
class Sessions implements UploadSessions {

  private final UploadSessions sessions;

  Sessions(UploadSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public SessionOpening open(SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
    return sessions.open(id, key, reserve, quota);
  }

  @Override
  public Outcome reserve(SessionId id, Reservation total, OwnerQuota quota) {
    return sessions.reserve(id, total, quota);
  }

  @Override
  public Outcome resume(SessionId id) {
    return sessions.resume(id);
  }

  @Override
  public Outcome record(SessionId id, int part, List<SessionItem> items) {
    return sessions.record(id, part, items);
  }

  @Override
  public List<SessionItem> items(SessionId id, int afterOrdinal, int limit) {
    return sessions.items(id, afterOrdinal, limit);
  }

  @Override
  public Optional<UploadSession> find(SessionId id) {
    return sessions.find(id);
  }

  @Override
  public List<UploadSession> untouched(
      SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit) {
    return sessions.untouched(state, untouchedFor, after, limit);
  }

  @Override
  public Outcome abandon(SessionId id, Duration untouchedFor) {
    return sessions.abandon(id, untouchedFor);
  }

  @Override
  public Outcome forget(SessionId id) {
    return sessions.forget(id);
  }
}
