package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How upload sessions end. */
abstract class SessionEndCases extends LedgerFixture {

  static final Duration IDLE = Duration.ofMinutes(5);

  final UploadSessions sessions() {
    return store().sessions();
  }

  @Test
  @DisplayName("abandoning releases the reservation, and again it is applied without effect")
  final void abandon_releases() {
    SessionId id = openSession(key("a"));
    record(id, 0, item(0));
    time.advance(IDLE);
    assertApplied(sessions().abandon(id, IDLE));
    assertApplied(sessions().abandon(id, IDLE));
    UploadSession session = sessions().find(id).orElseThrow();
    assertEquals(SessionState.ABANDONED, session.state());
    assertEquals(time.instant(), session.touchedAt());
    assertEquals(new OwnerUsage(0, 0, 0), ledger().holdings().usage(key("a").owner()));
    assertEquals(List.of(item(0)), sessions().items(id, -1, 10));
  }

  @Test
  @DisplayName("a session touched meanwhile is not abandoned: CONFLICT")
  final void abandonTouched_conflict() {
    SessionId id = openSession(key("a"));
    time.advance(IDLE);
    record(id, 0, item(0));
    time.advance(IDLE.minusMillis(1));
    assertRefused(Reason.CONFLICT, sessions().abandon(id, IDLE));
    assertEquals(SessionState.OPEN, sessions().find(id).orElseThrow().state());
    time.advance(Duration.ofMillis(1));
    assertApplied(sessions().abandon(id, IDLE));
  }

  @Test
  @DisplayName(
      "an open session is not forgotten; a closed one goes with its items, once and for all")
  final void forget_closedOnly() {
    SessionId id = openSession(key("a"));
    record(id, 0, item(0));
    assertRefused(Reason.CONFLICT, sessions().forget(id));
    assertEquals(1, sessions().items(id, -1, 10).size());
    assertApplied(sessions().abandon(id, Duration.ZERO));
    assertApplied(sessions().forget(id));
    assertApplied(sessions().forget(id));
    assertEquals(Optional.empty(), sessions().find(id));
    assertEquals(List.of(), sessions().items(id, -1, 10));
  }

  @Test
  @DisplayName("forgetting an accepted session leaves its entry")
  final void forgetAccepted_entryStays() {
    SessionId id = accept("a").raw().session();
    assertApplied(sessions().forget(id));
    assertEquals(id, find(key("a")).raw().session());
    assertEquals(2_048, ledger().holdings().usage(key("a").owner()).heldBytes());
  }

  @Test
  @DisplayName("untouched sessions are found by state, the longest untouched first")
  final void untouched_order() {
    List<SessionId> ids = new ArrayList<>();
    for (String id : List.of("c", "a", "b")) {
      ids.add(openSession(key(id)));
      time.advance(Duration.ofMinutes(1));
    }
    SessionId closed = openSession(key("d"));
    assertApplied(sessions().abandon(closed, Duration.ZERO));
    SessionId accepted = accept("e").raw().session();
    assertEquals(ids, untouched(SessionState.OPEN, Duration.ZERO, 10));
    assertEquals(ids.subList(0, 2), untouched(SessionState.OPEN, Duration.ofMinutes(2), 10));
    assertEquals(ids.subList(0, 1), untouched(SessionState.OPEN, Duration.ofMinutes(2), 1));
    assertEquals(List.of(), untouched(SessionState.OPEN, Duration.ofMinutes(4), 10));
    record(ids.get(0), 0, item(0));
    assertEquals(
        List.of(ids.get(1), ids.get(2), ids.get(0)),
        untouched(SessionState.OPEN, Duration.ZERO, 10));
    assertEquals(List.of(closed), untouched(SessionState.ABANDONED, Duration.ZERO, 10));
    assertEquals(List.of(accepted), untouched(SessionState.ACCEPTED, Duration.ZERO, 10));
    assertApplied(sessions().forget(closed));
    assertEquals(List.of(), untouched(SessionState.ABANDONED, Duration.ZERO, 10));
    for (int limit : new int[] {0, ScanQuery.MAX_LIMIT + 1}) {
      assertThrows(
          InvalidValueException.class, () -> untouched(SessionState.OPEN, Duration.ZERO, limit));
    }
  }

  @Test
  @DisplayName("untouched sessions are read page by page, each after the last of the one before")
  final void untouched_pages() {
    List<SessionId> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(openSession(key("s" + i)));
      if (i % 3 == 2) {
        time.advance(Duration.ofMinutes(1));
      }
    }
    List<UploadSession> paged = new ArrayList<>();
    Optional<UploadSession> last = Optional.empty();
    List<UploadSession> page;
    do {
      page = sessions().untouched(SessionState.OPEN, Duration.ZERO, last, 2);
      paged.addAll(page);
      last = page.isEmpty() ? last : Optional.of(page.get(page.size() - 1));
    } while (page.size() == 2);
    assertEquals(ids.size(), paged.size());
    assertEquals(
        sessions().untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10), paged);
    UploadSession third = paged.get(2);
    assertApplied(sessions().abandon(third.id(), Duration.ZERO));
    assertApplied(sessions().forget(third.id()));
    assertEquals(
        paged.subList(3, 5),
        sessions().untouched(SessionState.OPEN, Duration.ZERO, Optional.of(third), 2));
    assertEquals(
        List.of(),
        sessions().untouched(SessionState.OPEN, Duration.ofMinutes(2), Optional.of(third), 9));
  }

  final void record(SessionId id, int part, SessionItem item) {
    assertApplied(sessions().record(id, part, List.of(item)));
  }

  private List<SessionId> untouched(SessionState state, Duration untouchedFor, int limit) {
    return sessions().untouched(state, untouchedFor, Optional.empty(), limit).stream()
        .map(UploadSession::id)
        .toList();
  }

  static SessionItem item(int ordinal) {
    String name = "item-" + ordinal;
    return new SessionItem(ordinal, new ManifestItem(ItemName.of(name), 100, Digest.ofUtf8(name)));
  }
}
