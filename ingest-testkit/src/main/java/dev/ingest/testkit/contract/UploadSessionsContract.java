package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
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
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What {@link UploadSessions} must do. An adapter's test extends this class and opens the adapter.
 */
public abstract class UploadSessionsContract extends SessionEndCases {

  /** Called by subclasses. */
  protected UploadSessionsContract() {}

  @Test
  @DisplayName("a session opens with one part, its reservation and nothing recorded")
  final void open_fresh() {
    SessionId id = transitions.sessionId();
    UploadSession expected =
        new UploadSession(
            new RawLocation(id, List.of(0)),
            key("a"),
            SessionState.OPEN,
            ROOM,
            Reservation.NONE,
            START);
    assertEquals(
        new SessionOpening.Opened(expected),
        sessions().open(id, key("a"), ROOM, OwnerQuota.UNLIMITED));
    assertEquals(Optional.of(expected), sessions().find(id));
    assertEquals(List.of(), sessions().items(id, -1, 10));
    assertEquals(Optional.empty(), sessions().find(transitions.sessionId()));
  }

  @Test
  @DisplayName("the same id again finds the same session, whatever happened to it meanwhile")
  final void openAgain_same() {
    SessionId id = openSession(key("a"));
    record(id, 0, item(0));
    SessionOpening.Opened again =
        assertInstanceOf(
            SessionOpening.Opened.class, sessions().open(id, key("a"), ROOM, OwnerQuota.UNLIMITED));
    assertEquals(new Reservation(1, 100), again.session().recorded());
    assertEquals(1, ledger().holdings().usage(key("a").owner()).openSessions());
  }

  @Test
  @DisplayName("a sequence has one open session: another id is told of it")
  final void openOther_alreadyOpen() {
    SessionId id = openSession(key("a"));
    assertEquals(
        new SessionOpening.AlreadyOpen(sessions().find(id).orElseThrow()),
        sessions().open(transitions.sessionId(), key("a"), ROOM, OwnerQuota.UNLIMITED));
    openSession(SequenceKey.of("o2", "a"));
    assertApplied(sessions().abandon(id, Duration.ZERO));
    openSession(key("a"));
    assertEquals(1, ledger().holdings().usage(key("a").owner()).openSessions());
  }

  @Test
  @DisplayName(
      "of racing openings of one sequence exactly one opens, and the others are told of it")
  final void openRace_one() {
    for (int round = 0; round < 10; round++) {
      SequenceKey key = key("r" + round);
      List<SessionOpening> openings =
          Race.run(
              4,
              thread ->
                  () -> sessions().open(transitions.sessionId(), key, ROOM, OwnerQuota.UNLIMITED));
      List<UploadSession> opened = new ArrayList<>();
      for (SessionOpening opening : openings) {
        if (opening instanceof SessionOpening.Opened one) {
          opened.add(one.session());
        }
      }
      assertEquals(1, opened.size(), openings::toString);
      for (SessionOpening opening : openings) {
        if (opening instanceof SessionOpening.AlreadyOpen other) {
          assertEquals(opened.get(0).id(), other.existing().id());
        }
      }
    }
  }

  @Test
  @DisplayName("an opening over the quota of sessions or bytes changes nothing and tells the usage")
  final void openOverQuota_refused() {
    openSession(key("a"));
    OwnerUsage usage = new OwnerUsage(1, ROOM.bytes(), 0);
    SessionOpening.OverQuota over = new SessionOpening.OverQuota(usage);
    SessionId id = transitions.sessionId();
    assertEquals(over, sessions().open(id, key("b"), ROOM, new OwnerQuota(1, 1_000_000)));
    assertEquals(over, sessions().open(id, key("b"), ROOM, new OwnerQuota(2, 19_999)));
    assertEquals(Optional.empty(), sessions().find(id));
    assertEquals(usage, ledger().holdings().usage(key("a").owner()));
    assertInstanceOf(
        SessionOpening.Opened.class,
        sessions().open(id, key("b"), ROOM, new OwnerQuota(2, 20_000)));
    assertInstanceOf(
        SessionOpening.Opened.class,
        sessions()
            .open(
                transitions.sessionId(),
                SequenceKey.of("o2", "b"),
                ROOM,
                new OwnerQuota(1, 10_000)));
  }

  @Test
  @DisplayName("a quota counts the raw bytes of accepted sequences until they are gone")
  final void quota_countsHeld() {
    acceptAs(key("a"), State.FAILED);
    OwnerQuota quota = new OwnerQuota(10, ROOM.bytes() + 2_047);
    SessionId id = transitions.sessionId();
    assertInstanceOf(SessionOpening.OverQuota.class, sessions().open(id, key("b"), ROOM, quota));
    apply(transitions.move(find(key("a")), State.DISCARDED));
    assertInstanceOf(SessionOpening.Opened.class, sessions().open(id, key("b"), ROOM, quota));
  }

  @Test
  @DisplayName("a quota counts nothing of what is lost, which its owner is to upload again")
  final void quota_doesNotCountLost() {
    acceptAs(key("a"), State.EXPIRED);
    apply(transitions.move(find(key("a")), State.LOST));
    OwnerQuota quota = new OwnerQuota(10, ROOM.bytes());
    SessionId id = transitions.sessionId();
    assertInstanceOf(SessionOpening.Opened.class, sessions().open(id, key("a"), ROOM, quota));
    assertEquals(0, ledger().holdings().usage(key("a").owner()).heldBytes());
  }

  @Test
  @DisplayName("racing openings never exceed the quota together")
  final void quotaRace_holds() {
    OwnerQuota quota = new OwnerQuota(100, 5 * ROOM.bytes());
    List<Integer> opened =
        Race.run(
            4,
            thread ->
                () -> {
                  int count = 0;
                  for (int i = 0; i < 5; i++) {
                    SequenceKey key = key("t" + thread + "-" + i);
                    SessionOpening opening =
                        sessions().open(transitions.sessionId(), key, ROOM, quota);
                    count += opening instanceof SessionOpening.Opened ? 1 : 0;
                  }
                  return count;
                });
    assertEquals(5, opened.stream().mapToInt(count -> count).sum());
    assertEquals(
        new OwnerUsage(5, 5 * ROOM.bytes(), 0), ledger().holdings().usage(key("a").owner()));
  }

  @Test
  @DisplayName("a reservation is raised to a total, never lowered, and marks the session alive")
  final void reserve_raises() {
    SessionId id = openSession(key("a"));
    time.advance(IDLE);
    assertApplied(sessions().reserve(id, new Reservation(20, 9_000), OwnerQuota.UNLIMITED));
    UploadSession raised = sessions().find(id).orElseThrow();
    assertEquals(new Reservation(20, 10_000), raised.reserved());
    assertEquals(time.instant(), raised.touchedAt());
    assertApplied(sessions().reserve(id, Reservation.NONE, OwnerQuota.UNLIMITED));
    assertApplied(sessions().reserve(id, new Reservation(5, 30_000), OwnerQuota.UNLIMITED));
    assertEquals(new Reservation(20, 30_000), sessions().find(id).orElseThrow().reserved());
    assertEquals(30_000, ledger().holdings().usage(key("a").owner()).reservedBytes());
  }

  @Test
  @DisplayName("a reservation over the quota is refused with LIMIT and changes nothing")
  final void reserveOverQuota_limit() {
    SessionId id = openSession(key("a"));
    openSession(key("b"));
    OwnerQuota quota = new OwnerQuota(2, 25_000);
    assertRefused(Reason.LIMIT, sessions().reserve(id, new Reservation(10, 15_001), quota));
    assertEquals(ROOM, sessions().find(id).orElseThrow().reserved());
    assertApplied(sessions().reserve(id, new Reservation(10, 15_000), quota));
    assertEquals(25_000, ledger().holdings().usage(key("a").owner()).reservedBytes());
  }

  @Test
  @DisplayName("racing reservations never exceed the quota together")
  final void reserveRace_holds() {
    List<SessionId> ids = IntStream.range(0, 4).mapToObj(i -> openSession(key("k" + i))).toList();
    OwnerQuota quota = new OwnerQuota(10, 4 * ROOM.bytes() + 5_000);
    List<Outcome> outcomes =
        Race.run(
            4,
            thread ->
                () ->
                    sessions()
                        .reserve(ids.get(thread), new Reservation(1, ROOM.bytes() + 2_500), quota));
    assertEquals(2, outcomes.stream().filter(Outcome::isApplied).count(), outcomes::toString);
    assertEquals(quota.bytes(), ledger().holdings().usage(key("a").owner()).reservedBytes());
  }

  @Test
  @DisplayName("recorded items come back in order with their names as they were given")
  final void record_items() {
    SessionId id = openSession(key("a"));
    List<String> names =
        List.of("it's.jpg", "a/b/ünï日本\ud83d\ude80.png", "e\u0301", "x".repeat(1_024), "%s{}${a}");
    List<SessionItem> items = new ArrayList<>();
    for (String name : names) {
      ManifestItem item = new ManifestItem(ItemName.of(name), items.size(), Digest.ofUtf8(name));
      items.add(new SessionItem(items.size(), item));
    }
    time.advance(IDLE);
    assertApplied(sessions().record(id, 0, items));
    assertEquals(items, sessions().items(id, -1, 100));
    UploadSession session = sessions().find(id).orElseThrow();
    assertEquals(new Reservation(5, 10), session.recorded());
    assertEquals(time.instant(), session.touchedAt());
  }

  @Test
  @DisplayName("items page after an ordinal, with fewer than the limit only at the end")
  final void items_page() {
    SessionId id = openSession(key("a"));
    List<SessionItem> items = IntStream.range(0, 10).mapToObj(i -> item(i)).toList();
    for (SessionItem item : items) {
      record(id, 0, item);
    }
    for (int limit = 1; limit <= 11; limit++) {
      List<SessionItem> paged = new ArrayList<>();
      List<SessionItem> page = sessions().items(id, -1, limit);
      while (!page.isEmpty()) {
        assertEquals(Math.min(limit, 10 - paged.size()), page.size());
        paged.addAll(page);
        page = sessions().items(id, paged.get(paged.size() - 1).ordinal(), limit);
      }
      assertEquals(items, paged);
    }
    assertEquals(List.of(), sessions().items(transitions.sessionId(), -1, 5));
    for (int limit : new int[] {0, ScanQuery.MAX_LIMIT + 1}) {
      assertThrows(InvalidValueException.class, () -> sessions().items(id, -1, limit));
    }
  }

  @Test
  @DisplayName("more items than a page has come back in order, of any length")
  final void manyItems_page() {
    SessionId id = openSession(key("a"));
    List<Long> lengths = List.of(0L, 1L << 31, 1L << 32, (1L << 53) + 1, 100L);
    List<SessionItem> items =
        IntStream.range(0, ScanQuery.MAX_LIMIT + 105)
            .mapToObj(i -> new SessionItem(i, item(i, lengths.get(i % lengths.size()))))
            .toList();
    long bytes = items.stream().mapToLong(one -> one.item().length()).sum();
    assertApplied(
        sessions().reserve(id, new Reservation(items.size(), bytes), OwnerQuota.UNLIMITED));
    int batch = store().capabilities().maxBatch();
    for (int from = 0; from < items.size(); from += batch) {
      int to = Math.min(items.size(), from + batch);
      assertApplied(sessions().record(id, 0, items.subList(from, to)));
    }
    for (int limit : new int[] {7, 100, ScanQuery.MAX_LIMIT}) {
      List<SessionItem> paged = new ArrayList<>();
      List<SessionItem> page = sessions().items(id, -1, limit);
      while (!page.isEmpty()) {
        paged.addAll(page);
        page = sessions().items(id, paged.get(paged.size() - 1).ordinal(), limit);
      }
      assertEquals(items, paged);
    }
    assertEquals(
        new Reservation(items.size(), bytes), sessions().find(id).orElseThrow().recorded());
  }

  private static ManifestItem item(int ordinal, long length) {
    String name = "item-" + ordinal;
    return new ManifestItem(ItemName.of(name), length, Digest.ofUtf8(name));
  }

  @Test
  @DisplayName("the same items again are applied without effect, alone or with the next ones")
  final void recordAgain_idempotent() {
    SessionId id = openSession(key("a"));
    assertApplied(sessions().record(id, 0, List.of(item(0), item(1))));
    assertApplied(sessions().record(id, 0, List.of(item(0), item(1))));
    assertApplied(sessions().record(id, 0, List.of(item(1), item(2))));
    assertApplied(sessions().record(id, 0, List.of(item(0))));
    assertEquals(List.of(item(0), item(1), item(2)), sessions().items(id, -1, 10));
    assertEquals(new Reservation(3, 300), sessions().find(id).orElseThrow().recorded());
  }

  @Test
  @DisplayName("another item at a taken ordinal is a CONFLICT, and none of the call is recorded")
  final void recordOther_conflict() {
    SessionId id = openSession(key("a"));
    record(id, 0, item(0));
    for (ManifestItem other :
        List.of(
            new ManifestItem(ItemName.of("other"), 100, item(0).item().digest()),
            new ManifestItem(item(0).item().name(), 101, item(0).item().digest()),
            new ManifestItem(item(0).item().name(), 100, Digest.ofUtf8("other")))) {
      assertRefused(
          Reason.CONFLICT, sessions().record(id, 0, List.of(new SessionItem(0, other), item(1))));
    }
    assertEquals(List.of(item(0)), sessions().items(id, -1, 10));
    assertEquals(new Reservation(1, 100), sessions().find(id).orElseThrow().recorded());
  }

  @Test
  @DisplayName("a gap is a CONFLICT: items are recorded in order")
  final void recordGap_conflict() {
    SessionId id = openSession(key("a"));
    assertRefused(Reason.CONFLICT, sessions().record(id, 0, List.of(item(1))));
    record(id, 0, item(0));
    assertRefused(Reason.CONFLICT, sessions().record(id, 0, List.of(item(2))));
    assertRefused(Reason.CONFLICT, sessions().record(id, 0, List.of(item(1), item(3))));
    assertEquals(List.of(item(0)), sessions().items(id, -1, 10));
  }

  @Test
  @DisplayName("items past the reservation are refused with LIMIT, all of the call")
  final void recordPastReservation_limit() {
    SessionId id = transitions.sessionId();
    sessions().open(id, key("a"), new Reservation(3, 250), OwnerQuota.UNLIMITED);
    assertRefused(Reason.LIMIT, sessions().record(id, 0, List.of(item(0), item(1), item(2))));
    assertEquals(List.of(), sessions().items(id, -1, 10));
    assertApplied(sessions().record(id, 0, List.of(item(0), item(1))));
    assertApplied(sessions().reserve(id, new Reservation(3, 900), OwnerQuota.UNLIMITED));
    record(id, 0, item(2));
    assertRefused(Reason.LIMIT, sessions().record(id, 0, List.of(item(3))));
    assertEquals(3, sessions().items(id, -1, 10).size());
  }

  @Test
  @DisplayName("a batch of items is as large as declared, and no larger")
  final void recordBatch_enforced() {
    int most = store().capabilities().maxBatch();
    SessionId id = openSession(key("a"));
    assertApplied(sessions().record(id, 0, List.of()));
    if (most < 100_000) {
      List<SessionItem> tooMany = IntStream.rangeClosed(0, most).mapToObj(i -> item(i)).toList();
      assertThrows(InvalidValueException.class, () -> sessions().record(id, 0, tooMany));
      SessionId roomy = transitions.sessionId();
      Reservation room = new Reservation(most, 100L * most);
      sessions().open(roomy, key("b"), room, OwnerQuota.UNLIMITED);
      assertApplied(sessions().record(roomy, 0, tooMany.subList(0, most)));
      assertEquals(room, sessions().find(roomy).orElseThrow().recorded());
    }
    assertEquals(List.of(), sessions().items(id, -1, 10));
  }

  @Test
  @DisplayName(
      "a resumed session begins a part at the number recorded, and fences the parts before")
  final void resume_fences() {
    SessionId id = openSession(key("a"));
    assertApplied(sessions().record(id, 0, List.of(item(0), item(1))));
    time.advance(Duration.ofMinutes(1));
    assertApplied(sessions().resume(id));
    assertEquals(
        time.instant(),
        sessions().find(id).orElseThrow().touchedAt(),
        "a session that is resumed is alive");
    assertEquals(List.of(0, 2), sessions().find(id).orElseThrow().raw().partStarts());
    assertRefused(Reason.FENCED, sessions().record(id, 0, List.of(item(2))));
    assertRefused(Reason.FENCED, sessions().record(id, 2, List.of(item(2))));
    record(id, 1, item(2));
    assertApplied(sessions().resume(id));
    assertApplied(sessions().resume(id));
    assertEquals(List.of(0, 2, 3, 3), sessions().find(id).orElseThrow().raw().partStarts());
    assertRefused(Reason.FENCED, sessions().record(id, 1, List.of(item(3))));
    record(id, 3, item(3));
    assertEquals(4, sessions().items(id, -1, 10).size());
  }

  @Test
  @DisplayName("a session has at most 1,000 parts")
  final void resumePastLimit_limit() {
    SessionId id = openSession(key("a"));
    for (int i = 1; i < RawLocation.MAX_PARTS; i++) {
      assertApplied(sessions().resume(id));
    }
    assertRefused(Reason.LIMIT, sessions().resume(id));
    assertEquals(
        Collections.nCopies(RawLocation.MAX_PARTS, 0),
        sessions().find(id).orElseThrow().raw().partStarts());
    record(id, RawLocation.MAX_PARTS - 1, item(0));
  }

  @Test
  @DisplayName("an unknown session is ABSENT for every change but forgetting")
  final void unknown_absent() {
    SessionId id = transitions.sessionId();
    assertRefused(Reason.ABSENT, sessions().reserve(id, ROOM, OwnerQuota.UNLIMITED));
    assertRefused(Reason.ABSENT, sessions().resume(id));
    assertRefused(Reason.ABSENT, sessions().record(id, 0, List.of(item(0))));
    assertRefused(Reason.ABSENT, sessions().abandon(id, Duration.ZERO));
    assertApplied(sessions().forget(id));
  }

  @Test
  @DisplayName("a closed session refuses reservations, parts and items with SESSION_CLOSED")
  final void closed_refuses() {
    SessionId abandoned = openSession(key("a"));
    assertApplied(sessions().abandon(abandoned, Duration.ZERO));
    SessionId accepted = accept("b").raw().session();
    for (SessionId id : List.of(abandoned, accepted)) {
      assertRefused(
          Reason.SESSION_CLOSED,
          sessions().reserve(id, new Reservation(1, 1), OwnerQuota.UNLIMITED));
      assertRefused(Reason.SESSION_CLOSED, sessions().resume(id));
      assertRefused(Reason.SESSION_CLOSED, sessions().record(id, 0, List.of(item(0))));
    }
  }

  @Test
  @DisplayName("sessions and items survive a reopen of a durable ledger")
  final void reopened_kept() throws Exception {
    SessionId id = openSession(key("a"));
    record(id, 0, item(0));
    assertApplied(sessions().resume(id));
    Optional<UploadSession> before = sessions().find(id);
    reopen();
    Optional<UploadSession> after = sessions().find(id);
    assertTrue(after.isPresent() || !store().capabilities().durable());
    if (after.isPresent()) {
      assertEquals(before, after);
      assertEquals(List.of(item(0)), sessions().items(id, -1, 10));
    } else {
      assertEquals(List.of(), sessions().items(id, -1, 10));
    }
  }
}
