package dev.ingest.testkit;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The upload sessions, in memory. */
final class MemorySessions implements UploadSessions {

  private final InMemoryLedger store;

  MemorySessions(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public SessionOpening open(SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
    return store.locked("open a session", tables -> open(tables, id, key, reserve, quota));
  }

  private static SessionOpening open(
      MemoryTables tables, SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
    UploadSession same = tables.sessions.get(id);
    if (same != null) {
      if (!same.key().equals(key)) {
        throw new InvalidValueException(
            Kind.IDENTIFIER, id.value(), "a session id is minted once, this one is " + same.key());
      }
      return new SessionOpening.Opened(same);
    }
    Optional<UploadSession> other = tables.sessions.openOf(key);
    if (other.isPresent()) {
      return new SessionOpening.AlreadyOpen(other.get());
    }
    OwnerUsage usage = tables.usage(key.owner());
    if (!usage.allows(quota, 1, reserve.bytes())) {
      return new SessionOpening.OverQuota(usage);
    }
    UploadSession session =
        new UploadSession(
            new RawLocation(id, List.of(0)),
            key,
            SessionState.OPEN,
            reserve,
            Reservation.NONE,
            tables.now());
    tables.sessions.put(session);
    return new SessionOpening.Opened(session);
  }

  @Override
  public Outcome reserve(SessionId id, Reservation total, OwnerQuota quota) {
    return store.locked(
        "reserve room",
        tables -> {
          UploadSession session = tables.sessions.get(id);
          if (session == null || session.state() != SessionState.OPEN) {
            return notOpen(id, session);
          }
          Reservation old = session.reserved();
          Reservation raised =
              new Reservation(
                  Math.max(old.items(), total.items()), Math.max(old.bytes(), total.bytes()));
          long further = raised.bytes() - old.bytes();
          OwnerUsage usage = tables.usage(session.key().owner());
          if (further > 0 && !usage.allows(quota, 0, further)) {
            return refused(
                Reason.LIMIT, id, further + " further bytes within " + quota, "" + usage);
          }
          tables.sessions.put(
              SessionTable.alive(session, raised, session.recorded(), tables.now()));
          return Outcome.APPLIED;
        });
  }

  @Override
  public Outcome resume(SessionId id) {
    return store.locked(
        "resume a session",
        tables -> {
          UploadSession session = tables.sessions.get(id);
          if (session == null || session.state() != SessionState.OPEN) {
            return notOpen(id, session);
          }
          List<Integer> starts = new ArrayList<>(session.raw().partStarts());
          if (starts.size() == RawLocation.MAX_PARTS) {
            return refused(
                Reason.LIMIT, id, "at most " + RawLocation.MAX_PARTS + " parts", "one more");
          }
          starts.add((int) session.recorded().items());
          tables.sessions.put(
              SessionTable.resumed(session, new RawLocation(id, starts), tables.now()));
          return Outcome.APPLIED;
        });
  }

  @Override
  public Outcome record(SessionId id, int part, List<SessionItem> items) {
    List<SessionItem> batch = store.checkBatch(items);
    return store.locked("record items", tables -> record(tables, id, part, batch));
  }

  private Outcome record(MemoryTables tables, SessionId id, int part, List<SessionItem> batch) {
    UploadSession session = tables.sessions.get(id);
    if (session == null || session.state() != SessionState.OPEN) {
      return notOpen(id, session);
    }
    Outcome latest = SessionTable.judgePart(session, part, store.name());
    if (!latest.isApplied()) {
      return latest;
    }
    SortedMap<Integer, SessionItem> stored = tables.sessions.items(id);
    TreeMap<Integer, SessionItem> fresh = new TreeMap<>();
    Reservation recorded = session.recorded();
    for (SessionItem item : batch) {
      SessionItem known = stored.getOrDefault(item.ordinal(), fresh.get(item.ordinal()));
      if (known == null && item.ordinal() == recorded.items()) {
        fresh.put(item.ordinal(), item);
        recorded = recorded.plus(new Reservation(1, item.item().length()));
      } else if (!item.equals(known)) {
        String found = known == null ? "a gap after " + recorded.items() + " items" : "" + known;
        return refused(Reason.CONFLICT, id, "room for " + item, found);
      }
    }
    Reservation reserved = session.reserved();
    if (recorded.items() > reserved.items() || recorded.bytes() > reserved.bytes()) {
      return refused(Reason.LIMIT, id, "at most " + reserved, "" + recorded);
    }
    tables.sessions.addItems(id, fresh);
    tables.sessions.put(SessionTable.alive(session, reserved, recorded, tables.now()));
    return Outcome.APPLIED;
  }

  @Override
  public List<SessionItem> items(SessionId id, int afterOrdinal, int limit) {
    InMemoryLedger.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return store.locked(
        "read items",
        tables ->
            afterOrdinal == Integer.MAX_VALUE
                ? List.of()
                : tables.sessions.items(id).tailMap(afterOrdinal + 1).values().stream()
                    .limit(limit)
                    .toList());
  }

  @Override
  public Optional<UploadSession> find(SessionId id) {
    return store.locked("find a session", tables -> Optional.ofNullable(tables.sessions.get(id)));
  }

  @Override
  public List<UploadSession> untouched(
      SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit) {
    InMemoryLedger.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return store.locked(
        "find idle sessions",
        tables -> tables.sessions.untouchedSince(state, since(tables, untouchedFor), after, limit));
  }

  @Override
  public Outcome abandon(SessionId id, Duration untouchedFor) {
    return store.locked(
        "abandon a session",
        tables -> {
          UploadSession session = tables.sessions.get(id);
          if (session == null) {
            return notOpen(id, null);
          }
          return switch (session.state()) {
            case ABANDONED -> Outcome.APPLIED;
            case ACCEPTED -> notOpen(id, session);
            case OPEN -> {
              Instant since = since(tables, untouchedFor);
              if (session.touchedAt().isAfter(since)) {
                yield refused(
                    Reason.CONFLICT, id, "untouched since " + since, "" + session.touchedAt());
              }
              tables.sessions.put(
                  SessionTable.closed(session, SessionState.ABANDONED, tables.now()));
              yield Outcome.APPLIED;
            }
          };
        });
  }

  @Override
  public Outcome forget(SessionId id) {
    return store.locked(
        "forget a session",
        tables -> {
          UploadSession session = tables.sessions.get(id);
          if (session != null && session.state() == SessionState.OPEN) {
            return refused(Reason.CONFLICT, id, "a closed session", "an OPEN one");
          }
          tables.sessions.remove(id);
          return Outcome.APPLIED;
        });
  }

  private static Instant since(MemoryTables tables, Duration untouchedFor) {
    return MemoryTables.plus(tables.now(), untouchedFor.negated());
  }

  private Outcome notOpen(SessionId id, @Nullable UploadSession session) {
    return session == null
        ? refused(Reason.ABSENT, id, "a session", "none")
        : refused(Reason.SESSION_CLOSED, id, "an OPEN session", "" + session.state());
  }

  private Outcome refused(Reason reason, SessionId id, String expected, String actual) {
    return Outcome.notApplied(
        reason, store.name() + ": session " + id + ": expected " + expected + ", found " + actual);
  }
}
