package dev.ingest.spi.ledger;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Durable upload sessions with quota. A session is accepted by {@link Ledger#commit} alone.
 *
 * <p>Safe for use by several threads and processes. Every change is atomic and durable when it
 * returns, and repeating the same call is safe. A thrown {@link LedgerException} leaves the effect
 * unknown.
 */
public interface UploadSessions {

  /**
   * Opens a session unless the sequence has an open one.
   *
   * @param id a fresh id, minted by the caller; the same id again finds the same session
   * @param key the sequence
   * @param reserve room to reserve at once
   * @param quota what the owner may hold in all
   * @return what became of it
   */
  SessionOpening open(SessionId id, SequenceKey key, Reservation reserve, OwnerQuota quota);

  /**
   * Raises an open session's reservation to a total, and marks the session as alive. Never lowers
   * it.
   *
   * @param id the session
   * @param total the room that the session needs in all
   * @param quota what the owner may hold in all
   * @return applied, or refused with {@code LIMIT}, {@code SESSION_CLOSED} or {@code ABSENT}
   */
  Outcome reserve(SessionId id, Reservation total, OwnerQuota quota);

  /**
   * Begins another part of an open session, from which on the parts before can neither record nor
   * accept. It starts at the number of items recorded. Repeating begins yet another, which is
   * harmless.
   *
   * @param id the session
   * @return applied, or refused with {@code LIMIT} past {@link RawLocation#MAX_PARTS}, {@code
   *     SESSION_CLOSED} or {@code ABSENT}; {@link #find} then shows the part
   */
  Outcome resume(SessionId id);

  /**
   * Records items whose bytes are durable, all or none. Items are recorded in order of ordinal
   * without gaps: the first ordinal is at most the number recorded before.
   *
   * @param id the session
   * @param part the part that wrote them
   * @param items at most {@link LedgerCapabilities#maxBatch()}
   * @return applied, also if the same items were recorded before; or refused with {@code LIMIT}
   *     past the reservation, {@code CONFLICT} if an ordinal holds another item or leaves a gap,
   *     {@code FENCED} if the part is not the latest, {@code SESSION_CLOSED} or {@code ABSENT}
   */
  Outcome record(SessionId id, int part, List<SessionItem> items);

  /**
   * Reads the recorded items in order of ordinal.
   *
   * @param id the session
   * @param afterOrdinal only ordinals past this one; −1 for all
   * @param limit the most items, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the items, fewer than the limit only at the end
   */
  List<SessionItem> items(SessionId id, int afterOrdinal, int limit);

  /**
   * Finds a session.
   *
   * @param id the session
   * @return the session, or empty if it never was or was forgotten
   */
  Optional<UploadSession> find(SessionId id);

  /**
   * Finds sessions to close or to forget, the longest untouched first.
   *
   * @param state OPEN for idle ones, otherwise closed ones that are not forgotten
   * @param untouchedFor only sessions not touched for at least this long
   * @param after only what comes after this one, which an earlier answer had and which may be gone
   *     by now; sessions that were touched at the same time come in order of their ids
   * @param limit the most sessions, 1 to {@link ScanQuery#MAX_LIMIT}
   * @return the sessions, fewer than the limit only at the end
   */
  List<UploadSession> untouched(
      SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit);

  /**
   * Gives a session up: OPEN becomes ABANDONED, and its reservation is released. From then on it
   * can never be accepted.
   *
   * @param id the session
   * @param untouchedFor only if it has not been touched for at least this long
   * @return applied, also if it was abandoned before; or refused with {@code SESSION_CLOSED} if it
   *     was accepted, {@code CONFLICT} if it was touched meanwhile, or {@code ABSENT}
   */
  Outcome abandon(SessionId id, Duration untouchedFor);

  /**
   * Forgets a closed session and its item rows.
   *
   * @param id the session
   * @return applied, also if it was forgotten before; or refused with {@code CONFLICT} if it is
   *     open
   */
  Outcome forget(SessionId id);
}
