package dev.ingest.testkit;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Upload sessions and their items, with sums per owner and an index on when they were touched. */
final class SessionTable {

  private final Map<SessionId, UploadSession> sessions = new HashMap<>();
  private final Map<SessionId, NavigableMap<Integer, SessionItem>> items = new HashMap<>();
  private final Map<SequenceKey, SessionId> open = new HashMap<>();
  private final Map<OwnerId, Sum> sums = new HashMap<>();
  private final Map<SessionState, NavigableSet<Touched>> touched =
      new EnumMap<>(SessionState.class);

  private record Touched(Instant at, SessionId id) implements Comparable<Touched> {
    @Override
    public int compareTo(Touched other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : id.compareTo(other.id);
    }
  }

  private record Sum(long open, long reserved) {
    Sum plus(long sessions, long bytes) {
      return new Sum(open + sessions, reserved + bytes);
    }
  }

  SessionTable copy() {
    SessionTable copy = new SessionTable();
    sessions.values().forEach(copy::put);
    items.forEach((id, rows) -> copy.items.put(id, new TreeMap<>(rows)));
    return copy;
  }

  @Nullable UploadSession get(SessionId id) {
    return sessions.get(id);
  }

  Optional<UploadSession> openOf(SequenceKey key) {
    return Optional.ofNullable(open.get(key)).map(sessions::get);
  }

  void put(UploadSession after) {
    take(sessions.put(after.id(), after));
    index(after.state()).add(new Touched(after.touchedAt(), after.id()));
    if (after.state() == SessionState.OPEN) {
      open.put(after.key(), after.id());
      sum(after, 1, after.reserved().bytes());
    }
  }

  void remove(SessionId id) {
    take(sessions.remove(id));
    items.remove(id);
  }

  private void take(@Nullable UploadSession before) {
    if (before == null) {
      return;
    }
    index(before.state()).remove(new Touched(before.touchedAt(), before.id()));
    if (before.state() == SessionState.OPEN) {
      open.remove(before.key());
      sum(before, -1, -before.reserved().bytes());
    }
  }

  SortedMap<Integer, SessionItem> items(SessionId id) {
    return items.getOrDefault(id, new TreeMap<>());
  }

  void addItems(SessionId id, SortedMap<Integer, SessionItem> more) {
    items.computeIfAbsent(id, missing -> new TreeMap<>()).putAll(more);
  }

  /** Judges whether a part of a session can have the session accepted for a sequence. */
  Outcome judgeOpen(SessionId id, int part, SequenceKey key, String store) {
    UploadSession session = sessions.get(id);
    if (session == null || !session.key().equals(key)) {
      return Outcome.notApplied(
          Reason.SESSION_CLOSED,
          store + ": " + key + " has no upload session " + id + "; open one and upload again");
    }
    if (session.state() != SessionState.OPEN) {
      return Outcome.notApplied(
          Reason.SESSION_CLOSED,
          store + ": " + key + ": expected session " + id + " OPEN, found " + session.state());
    }
    return judgePart(session, part, store);
  }

  /** Judges whether a part is the one that may record and accept. */
  static Outcome judgePart(UploadSession session, int part, String store) {
    return part == session.raw().latestPart()
        ? Outcome.APPLIED
        : Outcome.notApplied(
            Reason.FENCED,
            store
                + ": session "
                + session.id()
                + ": expected part "
                + part
                + " to be the latest, found "
                + session.raw().latestPart()
                + "; leave the session to the uploader that resumed it");
  }

  void accept(SessionId id, Instant now) {
    UploadSession session = sessions.get(id);
    if (session == null) {
      throw new IllegalStateException("session " + id + " was judged open and is gone");
    }
    put(closed(session, SessionState.ACCEPTED, now));
  }

  static UploadSession closed(UploadSession session, SessionState state, Instant now) {
    return new UploadSession(
        session.raw(), session.key(), state, session.reserved(), session.recorded(), now);
  }

  static UploadSession alive(
      UploadSession session, Reservation reserved, Reservation recorded, Instant now) {
    return new UploadSession(
        session.raw(), session.key(), session.state(), reserved, recorded, now);
  }

  static UploadSession resumed(UploadSession session, RawLocation raw, Instant now) {
    return new UploadSession(
        raw, session.key(), session.state(), session.reserved(), session.recorded(), now);
  }

  List<UploadSession> untouchedSince(
      SessionState state, Instant since, Optional<UploadSession> after, int limit) {
    List<UploadSession> found = new ArrayList<>();
    NavigableSet<Touched> all = index(state);
    NavigableSet<Touched> rest =
        after.map(last -> all.tailSet(new Touched(last.touchedAt(), last.id()), false)).orElse(all);
    for (Touched place : rest) {
      UploadSession session = sessions.get(place.id());
      if (found.size() == limit || place.at().isAfter(since) || session == null) {
        break;
      }
      found.add(session);
    }
    return found;
  }

  long countOpen(Optional<OwnerId> owner) {
    return owner.isPresent() ? sum(owner.get()).open() : open.size();
  }

  OwnerUsage usage(OwnerId owner, long heldBytes) {
    Sum sum = sum(owner);
    return new OwnerUsage(sum.open(), sum.reserved(), heldBytes);
  }

  private Sum sum(OwnerId owner) {
    return sums.getOrDefault(owner, new Sum(0, 0));
  }

  private void sum(UploadSession session, long count, long bytes) {
    OwnerId owner = session.key().owner();
    sums.put(owner, sum(owner).plus(count, bytes));
  }

  private NavigableSet<Touched> index(SessionState state) {
    return touched.computeIfAbsent(state, missing -> new TreeSet<>());
  }
}
