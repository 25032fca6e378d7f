package dev.ingest.testkit.fault;

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
import dev.ingest.testkit.fault.CallSite.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The upload sessions, with faults. */
record FaultingSessions(UploadSessions sessions, FaultGate gate) implements UploadSessions {

  @Override
  public SessionOpening open(SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
    return gate.whole(Role.SESSIONS, "open", () -> sessions.open(id, key, reserve, quota));
  }

  @Override
  public Outcome reserve(SessionId id, Reservation total, OwnerQuota quota) {
    return gate.whole(Role.SESSIONS, "reserve", () -> sessions.reserve(id, total, quota));
  }

  @Override
  public Outcome resume(SessionId id) {
    return gate.whole(Role.SESSIONS, "resume", () -> sessions.resume(id));
  }

  @Override
  public Outcome record(SessionId id, int part, List<SessionItem> items) {
    return gate.whole(Role.SESSIONS, "record", () -> sessions.record(id, part, items));
  }

  @Override
  public List<SessionItem> items(SessionId id, int afterOrdinal, int limit) {
    return gate.read(
        Role.SESSIONS,
        "items",
        List.of(id, afterOrdinal, limit),
        () -> sessions.items(id, afterOrdinal, limit));
  }

  @Override
  public Optional<UploadSession> find(SessionId id) {
    return gate.read(Role.SESSIONS, "find", List.of(id), () -> sessions.find(id));
  }

  @Override
  public List<UploadSession> untouched(
      SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit) {
    return gate.read(
        Role.SESSIONS,
        "untouched",
        List.of(state, untouchedFor, after, limit),
        () -> sessions.untouched(state, untouchedFor, after, limit));
  }

  @Override
  public Outcome abandon(SessionId id, Duration untouchedFor) {
    return gate.whole(Role.SESSIONS, "abandon", () -> sessions.abandon(id, untouchedFor));
  }

  @Override
  public Outcome forget(SessionId id) {
    return gate.whole(Role.SESSIONS, "forget", () -> sessions.forget(id));
  }
}
