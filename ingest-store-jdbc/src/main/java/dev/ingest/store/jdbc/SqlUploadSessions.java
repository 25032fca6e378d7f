package dev.ingest.store.jdbc;

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
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The upload sessions, in tables. */
final class SqlUploadSessions implements UploadSessions {

  private final Database database;
  private final Batches batches;

  SqlUploadSessions(Database database, Batches batches) {
    this.database = database;
    this.batches = batches;
  }

  @Override
  public SessionOpening open(SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota) {
    if (quota.equals(OwnerQuota.UNLIMITED)) {
      Optional<UploadSession> opened = batches.open(id, key, reserve);
      if (opened.isPresent()) {
        return new SessionOpening.Opened(opened.get());
      }
    }
    return database.change(
        "open session " + id + " of " + key,
        (db, now) -> {
          Optional<UploadSession> same = findForUpdate(db, id);
          if (same.isPresent()) {
            return again(same.get(), key);
          }
          Optional<UploadSession> other = SessionTable.findOpen(db, key);
          if (other.isPresent()) {
            return new SessionOpening.AlreadyOpen(other.get());
          }
          dialect().lockUsage(db, key.owner().value());
          OwnerUsage usage = TallyTable.usage(db, dialect(), key.owner());
          if (!usage.allows(quota, 1, reserve.bytes())) {
            return new SessionOpening.OverQuota(usage);
          }
          return insert(db, dialect(), id, key, reserve, now);
        });
  }

  private static SessionOpening again(UploadSession session, SequenceKey key) {
    if (!session.key().equals(key)) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          session.id().value(),
          "a session id is minted once, and this one is of " + session.key() + ", not " + key);
    }
    return new SessionOpening.Opened(session);
  }

  private static SessionOpening insert(
      Statements db, Dialect dialect, SessionId id, SequenceKey key, Reservation reserve, long now)
      throws SQLException {
    UploadSession session =
        new UploadSession(
            new RawLocation(id, List.of(0)),
            key,
            SessionState.OPEN,
            reserve,
            Reservation.NONE,
            Instant.ofEpochMilli(now));
    SessionTable.insert(db, session);
    TallyTable.open(db, dialect, key.owner(), 1, reserve.bytes());
    return new SessionOpening.Opened(session);
  }

  @Override
  public Outcome reserve(SessionId id, Reservation total, OwnerQuota quota) {
    return changeOpen(
        "raise the reservation of session " + id,
        1,
        id,
        (db, now, session) -> {
          Reservation old = session.reserved();
          Reservation raised =
              new Reservation(
                  Math.max(old.items(), total.items()), Math.max(old.bytes(), total.bytes()));
          long further = raised.bytes() - old.bytes();
          if (further > 0) {
            dialect().lockUsage(db, session.key().owner().value());
            OwnerUsage usage = TallyTable.usage(db, dialect(), session.key().owner());
            if (!usage.allows(quota, 0, further)) {
              return refused(
                  Reason.LIMIT, id, "room for " + further + " further bytes in " + quota, usage);
            }
            TallyTable.open(db, dialect(), session.key().owner(), 0, further);
          }
          SessionTable.update(db, alive(session, raised, session.recorded(), now));
          return Outcome.APPLIED;
        });
  }

  @Override
  public Outcome resume(SessionId id) {
    return changeOpen(
        "resume session " + id,
        1,
        id,
        (db, now, session) -> {
          List<Integer> starts = new ArrayList<>(session.raw().partStarts());
          if (starts.size() == RawLocation.MAX_PARTS) {
            return refused(Reason.LIMIT, id, "fewer parts than the most", starts.size());
          }
          starts.add(Math.toIntExact(session.recorded().items()));
          SessionTable.update(
              db,
              new UploadSession(
                  new RawLocation(id, starts),
                  session.key(),
                  session.state(),
                  session.reserved(),
                  session.recorded(),
                  Instant.ofEpochMilli(now)));
          return Outcome.APPLIED;
        });
  }

  @Override
  public Outcome record(SessionId id, int part, List<SessionItem> items) {
    database.checkBatch(items);
    List<SessionItem> batch = List.copyOf(items);
    return changeOpen(
        "record " + batch.size() + " items of session " + id,
        batch.size(),
        id,
        (db, now, session) -> {
          Optional<Outcome> fenced = judgePart(session, part);
          return fenced.isPresent() ? fenced.get() : record(db, now, session, batch);
        });
  }

  /** Judges all items before it writes the first. */
  private static Outcome record(
      Statements db, long now, UploadSession session, List<SessionItem> batch) throws SQLException {
    List<SessionItem> fresh = new ArrayList<>();
    long next = session.recorded().items();
    long bytes = session.recorded().bytes();
    for (SessionItem item : batch) {
      if (item.ordinal() == next + fresh.size()) {
        fresh.add(item);
        bytes = Saturated.sum(bytes, item.item().length());
        continue;
      }
      Optional<SessionItem> known = known(db, session, fresh, item.ordinal());
      if (known.isEmpty() || !known.get().equals(item)) {
        return refused(
            Reason.CONFLICT,
            session.id(),
            "room for " + item,
            known.map(Object::toString).orElse("a gap after " + (next + fresh.size()) + " items"));
      }
    }
    Reservation recorded = new Reservation(next + fresh.size(), bytes);
    Reservation reserved = session.reserved();
    if (recorded.items() > reserved.items() || recorded.bytes() > reserved.bytes()) {
      return refused(Reason.LIMIT, session.id(), "at most " + reserved, recorded);
    }
    for (SessionItem item : fresh) {
      SessionTable.insertItem(db, session.id(), item);
    }
    SessionTable.update(db, alive(session, reserved, recorded, now));
    return Outcome.APPLIED;
  }

  private static Optional<SessionItem> known(
      Statements db, UploadSession session, List<SessionItem> fresh, int ordinal)
      throws SQLException {
    long place = ordinal - session.recorded().items();
    if (place < 0) {
      return SessionTable.item(db, session.id(), ordinal);
    }
    return place < fresh.size() ? Optional.of(fresh.get((int) place)) : Optional.empty();
  }

  @Override
  public List<SessionItem> items(SessionId id, int afterOrdinal, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.read(
        "read the items of session " + id,
        db ->
            SessionTable.find(db, id).isEmpty()
                ? List.of()
                : SessionTable.items(db, id, afterOrdinal, limit));
  }

  @Override
  public Optional<UploadSession> find(SessionId id) {
    return database.query("find session " + id, db -> SessionTable.find(db, id));
  }

  @Override
  public List<UploadSession> untouched(
      SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.read(
        "find " + state + " sessions untouched for " + untouchedFor,
        db -> {
          long since = Millis.minus(database.dialect().nowMillis(db), untouchedFor);
          return SessionTable.untouched(db, state, since, after, limit);
        });
  }

  @Override
  public Outcome abandon(SessionId id, Duration untouchedFor) {
    return database.change(
        "abandon session " + id,
        (db, now) -> {
          Optional<UploadSession> found = findForUpdate(db, id);
          if (found.isEmpty()) {
            return notOpen(id, found);
          }
          UploadSession session = found.get();
          return switch (session.state()) {
            case ABANDONED -> Outcome.APPLIED;
            case ACCEPTED -> notOpen(id, found);
            case OPEN -> abandon(db, now, session, Millis.minus(now, untouchedFor));
          };
        });
  }

  private Outcome abandon(Statements db, long now, UploadSession session, long since)
      throws SQLException {
    if (Millis.of(session.touchedAt()) > since) {
      return refused(
          Reason.CONFLICT,
          session.id(),
          "untouched since " + Instant.ofEpochMilli(since),
          "touched at " + session.touchedAt());
    }
    close(db, dialect(), now, session, SessionState.ABANDONED);
    return Outcome.APPLIED;
  }

  @Override
  public Outcome forget(SessionId id) {
    Outcome hidden =
        database.change(
            "forget session " + id,
            (db, now) -> {
              Optional<UploadSession> found = findForUpdate(db, id);
              if (found.isPresent()) {
                if (found.get().state() == SessionState.OPEN) {
                  return refused(Reason.CONFLICT, id, "a closed session", found.get().state());
                }
                SessionTable.forget(db, id);
                SessionTable.deleteSome(db, id);
              }
              return Outcome.APPLIED;
            });
    if (hidden.isApplied()) {
      delete(id);
    }
    return hidden;
  }

  /** Deletes what an earlier run hid and did not live to delete. */
  void deleteForgotten() {
    for (List<SessionId> some = forgotten(); !some.isEmpty(); some = forgotten()) {
      some.forEach(this::delete);
    }
  }

  private List<SessionId> forgotten() {
    return database.read(
        "find forgotten sessions", db -> SessionTable.forgotten(db, database.dialect().maxBatch()));
  }

  /** Goes in steps: a session may have a million rows, and other changes wait for each step. */
  private void delete(SessionId id) {
    boolean done = false;
    while (!done) {
      done =
          database.change(
              "delete the rows of forgotten session " + id,
              GroupWriter.MAX_WEIGHT,
              (db, now) -> SessionTable.deleteSome(db, id));
    }
  }

  /** A change of a session that is open. */
  @FunctionalInterface
  private interface OpenChange {

    Outcome apply(Statements db, long now, UploadSession session) throws SQLException;
  }

  private Outcome changeOpen(String what, int weight, SessionId id, OpenChange change) {
    return database.change(
        what,
        weight,
        (db, now) -> {
          Optional<UploadSession> found = findForUpdate(db, id);
          if (found.isEmpty() || found.get().state() != SessionState.OPEN) {
            return notOpen(id, found);
          }
          return change.apply(db, now, found.get());
        });
  }

  private Dialect dialect() {
    return database.dialect();
  }

  private Optional<UploadSession> findForUpdate(Statements db, SessionId id) throws SQLException {
    return SessionTable.findForUpdate(db, database.dialect(), id);
  }

  /** Judges whether a part of a session can have the session accepted for a sequence. */
  static Optional<Outcome> judgeAccept(
      Optional<UploadSession> found, SessionId id, int part, SequenceKey key) {
    if (found.isEmpty() || !found.get().key().equals(key)) {
      return Optional.of(refused(Reason.SESSION_CLOSED, id, "an OPEN session of " + key, "none"));
    }
    if (found.get().state() != SessionState.OPEN) {
      return Optional.of(
          refused(Reason.SESSION_CLOSED, id, "an OPEN session", found.get().state()));
    }
    return judgePart(found.get(), part);
  }

  private static Optional<Outcome> judgePart(UploadSession session, int part) {
    int latest = session.raw().latestPart();
    return part == latest
        ? Optional.empty()
        : Optional.of(
            refused(Reason.FENCED, session.id(), "part " + part + " as the latest", latest));
  }

  /** Closes an open session and releases its reservation. */
  static void close(
      Statements db, Dialect dialect, long now, UploadSession session, SessionState state)
      throws SQLException {
    SessionTable.update(
        db,
        new UploadSession(
            session.raw(),
            session.key(),
            state,
            session.reserved(),
            session.recorded(),
            Instant.ofEpochMilli(now)));
    TallyTable.close(db, dialect, session.key().owner(), session.reserved().bytes());
  }

  private static UploadSession alive(
      UploadSession session, Reservation reserved, Reservation recorded, long now) {
    return new UploadSession(
        session.raw(),
        session.key(),
        session.state(),
        reserved,
        recorded,
        Instant.ofEpochMilli(now));
  }

  private static Outcome notOpen(SessionId id, Optional<UploadSession> found) {
    return found.isEmpty()
        ? refused(Reason.ABSENT, id, "an OPEN session", "none")
        : refused(Reason.SESSION_CLOSED, id, "an OPEN session", found.get().state());
  }

  private static Outcome refused(Reason reason, SessionId id, String expected, Object found) {
    return Outcome.notApplied(
        reason, "session " + id + ": expected " + expected + ", found " + found);
  }
}
