package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a {@link dev.ingest.spi.ledger.Ledger} must do. An adapter's test extends this class and
 * opens the adapter.
 */
public abstract class LedgerContract extends LeaseCommitCases {

  /** Called by subclasses. */
  protected LedgerContract() {}

  @Test
  @DisplayName("an acceptance writes entry, history row and alerts, and closes the session")
  final void accept_writesAll() {
    SessionId session = openSession(key("a"));
    Transition accept =
        transitions.accept(
            transitions.entry(key("a"), session), transitions.alert("ACCEPTED_LATE", key("a")));
    time.advance(Duration.ofSeconds(1));
    assertApplied(commit(accept));
    assertEquals(accept.after(), find(key("a")));
    assertEquals(List.of(accept.row()), history(key("a")));
    assertEquals(1, store().alerts().pending());
    assertEquals(SessionState.ACCEPTED, store().sessions().find(session).orElseThrow().state());
    assertEquals(time.instant(), store().sessions().find(session).orElseThrow().touchedAt());
  }

  @Test
  @DisplayName(
      "a refused transition leaves no entry, no history row, no alert and no session change")
  final void refused_leavesNothing() {
    Entry stored = accept("a");
    SessionId other = openSession(key("b"));
    Transition wrongPart =
        transitions.accept(
            withParts(transitions.entry(key("b"), other), List.of(0, 0)),
            transitions.alert("NEVER", key("b")));
    Transition stale =
        transitions.move(apply(transitions.move(stored, State.VERIFIED)), State.EXPIRING);
    apply(transitions.mark(find(key("a")), standing -> standing.withLeftovers(true)));
    assertRefused(Reason.FENCED, commit(wrongPart));
    assertRefused(Reason.STALE_VERSION, commit(stale));
    assertEquals(Optional.empty(), ledger().find(List.of(key("b"))).get(0));
    assertEquals(List.of(), history(key("b")));
    assertEquals(SessionState.OPEN, store().sessions().find(other).orElseThrow().state());
    assertEquals(State.VERIFIED, find(key("a")).state());
    assertEquals(3, history(key("a")).size());
    assertEquals(0, store().alerts().pending());
  }

  @Test
  @DisplayName("an accepted sequence exists: another acceptance is refused with EXISTS")
  final void acceptTwice_exists() {
    Entry stored = accept("a");
    SessionId second = openSession(key("a"));
    assertRefused(Reason.EXISTS, commit(transitions.accept(transitions.entry(key("a"), second))));
    assertEquals(stored, find(key("a")));
    assertEquals(SessionState.OPEN, store().sessions().find(second).orElseThrow().state());
  }

  @Test
  @DisplayName(
      "an acceptance needs its session OPEN: an abandoned, forgotten or foreign one is refused")
  final void acceptWithoutOpenSession_refused() {
    SessionId abandoned = openSession(key("a"));
    Transition accept = transitions.accept(transitions.entry(key("a"), abandoned));
    assertApplied(store().sessions().abandon(abandoned, Duration.ZERO));
    assertRefused(Reason.SESSION_CLOSED, commit(accept));
    assertApplied(store().sessions().forget(abandoned));
    assertInstanceOf(Outcome.NotApplied.class, commit(accept));
    SessionId foreign = openSession(key("b"));
    assertInstanceOf(
        Outcome.NotApplied.class, commit(transitions.accept(transitions.entry(key("a"), foreign))));
    assertInstanceOf(
        Outcome.NotApplied.class,
        commit(transitions.accept(transitions.entry(key("a"), transitions.sessionId()))));
    assertEquals(Optional.empty(), ledger().find(List.of(key("a"))).get(0));
    assertEquals(SessionState.OPEN, store().sessions().find(foreign).orElseThrow().state());
  }

  @Test
  @DisplayName("an accepted session can no longer be abandoned")
  final void abandonAfterAccept_refused() {
    SessionId session = accept("a").raw().session();
    assertRefused(Reason.SESSION_CLOSED, store().sessions().abandon(session, Duration.ZERO));
    assertEquals(SessionState.ACCEPTED, store().sessions().find(session).orElseThrow().state());
  }

  @Test
  @DisplayName(
      "only the latest part of a session can accept; an earlier one is refused with FENCED")
  final void acceptByEarlierPart_fenced() {
    SessionId session = openSession(key("a"));
    Entry entry = transitions.entry(key("a"), session);
    Transition byFirst = transitions.accept(entry);
    assertApplied(store().sessions().resume(session));
    assertRefused(Reason.FENCED, commit(byFirst));
    Transition bySecond = transitions.accept(withParts(entry, List.of(0, 0)));
    assertApplied(commit(bySecond));
    assertEquals(List.of(0, 0), find(key("a")).raw().partStarts());
  }

  @Test
  @DisplayName("of acceptance and abandonment at the same time exactly one wins")
  final void acceptAbandonRace_oneWins() {
    for (int round = 0; round < 20; round++) {
      SequenceKey key = key("r" + round);
      SessionId session = openSession(key);
      Transition accept = transitions.accept(transitions.entry(key, session));
      List<Outcome> outcomes =
          Race.run(
              2,
              thread ->
                  () ->
                      thread == 0
                          ? commit(accept)
                          : store().sessions().abandon(session, Duration.ZERO));
      boolean accepted = outcomes.get(0).isApplied();
      assertTrue(accepted != outcomes.get(1).isApplied(), () -> "one of " + outcomes);
      assertEquals(accepted, ledger().find(List.of(key)).get(0).isPresent());
      assertEquals(
          accepted ? SessionState.ACCEPTED : SessionState.ABANDONED,
          store().sessions().find(session).orElseThrow().state());
    }
  }

  @Test
  @DisplayName("of racing acceptances of one session exactly one applies")
  final void acceptRace_oneWins() {
    for (int round = 0; round < 10; round++) {
      SequenceKey key = key("r" + round);
      Entry entry = transitions.entry(key, openSession(key));
      List<Outcome> outcomes = Race.run(4, thread -> () -> commit(transitions.accept(entry)));
      assertEquals(1, outcomes.stream().filter(Outcome::isApplied).count(), outcomes::toString);
      assertEquals(1, history(key).size());
    }
  }

  @Test
  @DisplayName("a re-upload replaces the entry under a new session in its next version")
  final void readmit_replaces() {
    Entry failed = acceptAs(key("a"), State.FAILED);
    RawLocation raw = new RawLocation(openSession(key("a")), List.of(0));
    Transition readmit = transitions.readmit(failed, raw);
    assertApplied(commit(readmit));
    assertEquals(readmit.after(), find(key("a")));
    assertEquals(
        SessionState.ACCEPTED, store().sessions().find(raw.session()).orElseThrow().state());
    assertEquals(2_048, ledger().holdings().usage(key("a").owner()).heldBytes());
    assertEquals(3, history(key("a")).size());
    assertApplied(commit(readmit));
    assertEquals(3, history(key("a")).size());
  }

  @Test
  @DisplayName(
      "a re-upload is refused without an entry, at a stale version, or in a closed session")
  final void readmit_refused() {
    Entry failed = acceptAs(key("a"), State.FAILED);
    SessionId session = openSession(key("a"));
    RawLocation raw = new RawLocation(session, List.of(0));
    Transition stale = transitions.readmit(failed, raw);
    Entry marked = apply(transitions.mark(failed, standing -> standing.withOverdue(true)));
    assertRefused(Reason.STALE_VERSION, commit(stale));
    assertEquals(SessionState.OPEN, store().sessions().find(session).orElseThrow().state());
    assertApplied(store().sessions().resume(session));
    assertRefused(Reason.FENCED, commit(transitions.readmit(marked, raw)));
    assertApplied(store().sessions().abandon(session, Duration.ZERO));
    assertRefused(Reason.SESSION_CLOSED, commit(transitions.readmit(marked, raw)));
    assertEquals(marked, find(key("a")));
    Entry absent = transitions.accept(transitions.entry(key("b"), openSession(key("b")))).after();
    assertRefused(Reason.ABSENT, commit(transitions.readmit(absent, absent.raw())));
  }

  @Test
  @DisplayName("a change of a sequence without an entry is refused with ABSENT")
  final void changeAbsent_refused() {
    Entry absent = transitions.accept(transitions.entry(key("a"), openSession(key("a")))).after();
    assertRefused(Reason.ABSENT, commit(transitions.move(absent, State.FAILED)));
    LeaseToken token = new LeaseToken(store().incarnation(), 1);
    assertRefused(
        Reason.ABSENT,
        commit(
            transitions.change(
                absent,
                new Guard.WithLease(token, absent.version()),
                TransitionKind.STAGE_RETRIED,
                absent)));
    assertEquals(List.of(), history(key("a")));
  }

  @Test
  @DisplayName("a transition with a stale version is refused and changes nothing")
  final void staleVersion_refused() {
    Entry read = accept("a");
    Entry verified = apply(transitions.move(read, State.VERIFIED));
    assertRefused(
        Reason.STALE_VERSION,
        commit(transitions.move(read, State.FAILED, transitions.alert("NEVER", key("a")))));
    assertEquals(verified, find(key("a")));
    assertEquals(2, history(key("a")).size());
    assertEquals(0, store().alerts().pending());
  }

  @Test
  @DisplayName("the same transition again is applied without effect, even after later ones")
  final void sameTransition_idempotent() {
    Transition accept =
        transitions.accept(
            transitions.entry(key("a"), openSession(key("a"))),
            transitions.alert("ONCE", key("a")));
    assertApplied(commit(accept));
    assertApplied(commit(accept));
    Transition fail = transitions.move(find(key("a")), State.FAILED);
    assertApplied(commit(fail));
    assertApplied(commit(accept));
    Entry redriven = apply(transitions.move(find(key("a")), State.ACCEPTED));
    claimOne(FIRST_WORK);
    assertApplied(commit(accept));
    assertApplied(commit(fail));
    assertEquals(redriven.version() + 1, find(key("a")).version());
    assertEquals(3, history(key("a")).size());
    assertEquals(1, store().alerts().pending());
    assertEquals(1, sealedCount("ONCE"));
  }

  @Test
  @DisplayName("another transition of the same version is refused after the first was applied")
  final void otherTransition_refused() {
    Entry read = accept("a");
    Transition first = transitions.move(read, State.FAILED);
    Transition other = transitions.move(read, State.FAILED);
    assertApplied(commit(first));
    assertRefused(Reason.STALE_VERSION, commit(other));
    assertApplied(commit(first));
    assertEquals(first.id(), history(key("a")).get(1).step().transition());
  }

  @Test
  @DisplayName("outcomes are positional, and one refusal does not touch the others")
  final void batch_positional() {
    Entry a = accept("a");
    Entry b = accept("b");
    Entry c = accept("c");
    apply(transitions.move(b, State.FAILED));
    Transition repeated = transitions.move(c, State.VERIFIED);
    apply(repeated);
    Transition fresh = transitions.accept(transitions.entry(key("d"), openSession(key("d"))));
    List<Outcome> outcomes =
        ledger()
            .commit(
                List.of(
                    transitions.move(b, State.DISCARDING),
                    fresh,
                    repeated,
                    transitions.move(a, State.FAILED),
                    transitions.move(fakeEntry("e"), State.FAILED)));
    assertEquals(5, outcomes.size());
    assertRefused(Reason.STALE_VERSION, outcomes.get(0));
    assertApplied(outcomes.get(1));
    assertApplied(outcomes.get(2));
    assertApplied(outcomes.get(3));
    assertRefused(Reason.ABSENT, outcomes.get(4));
    assertEquals(State.FAILED, find(key("a")).state());
    assertEquals(State.FAILED, find(key("b")).state());
    assertEquals(fresh.after(), find(key("d")));
  }

  @Test
  @DisplayName("a batch may be empty, as large as declared, and no larger")
  final void batchSize_enforced() {
    assertEquals(List.of(), ledger().commit(List.of()));
    assertEquals(List.of(), ledger().find(List.of()));
    int most = store().capabilities().maxBatch();
    List<SequenceKey> keys =
        IntStream.range(0, Math.min(most, 500)).mapToObj(i -> key("k" + i)).toList();
    assertEquals(keys.size(), acceptAll(keys, entry -> entry).size());
    if (most < 100_000) {
      List<SequenceKey> many = IntStream.rangeClosed(0, most).mapToObj(i -> key("m" + i)).toList();
      List<Transition> tooMany =
          many.stream()
              .map(key -> transitions.accept(transitions.entry(key, transitions.sessionId())))
              .toList();
      assertThrows(InvalidValueException.class, () -> ledger().commit(tooMany));
      assertThrows(InvalidValueException.class, () -> ledger().find(many));
    }
    assertEquals(keys.size(), ledger().census(Optional.empty()).total());
  }

  @Test
  @DisplayName("two transitions of one sequence in a batch are refused before anything is written")
  final void twoOfOneSequence_refused() {
    Entry a = accept("a");
    Entry b = accept("b");
    List<Transition> batch =
        List.of(
            transitions.move(b, State.FAILED),
            transitions.move(a, State.FAILED),
            transitions.move(a, State.DISCARDING));
    assertThrows(InvalidValueException.class, () -> ledger().commit(batch));
    assertEquals(List.of(a, b), List.of(find(key("a")), find(key("b"))));
  }

  @Test
  @DisplayName("of racing decisions on one version exactly one applies: no update is lost")
  final void commitRace_oneWins() {
    Entry read = accept("a");
    for (int round = 0; round < 10; round++) {
      Entry current = read;
      List<Outcome> outcomes =
          Race.run(
              4,
              thread ->
                  () ->
                      commit(
                          transitions.mark(
                              current,
                              standing -> standing,
                              transitions.alert("ROUND", key("a")))));
      assertEquals(1, outcomes.stream().filter(Outcome::isApplied).count(), outcomes::toString);
      read = find(key("a"));
      assertEquals(current.version() + 1, read.version());
    }
    assertEquals(11, history(key("a")).size());
    assertEquals(10, store().alerts().pending());
  }

  @Test
  @DisplayName("racing batches over the same sequences in any order all come to an end")
  final void batchRace_noDeadlock() {
    List<SequenceKey> keys = IntStream.range(0, 10).mapToObj(i -> key("k" + i)).toList();
    acceptAll(keys, entry -> entry);
    List<Integer> applied =
        Race.run(
            4,
            thread ->
                () -> {
                  int count = 0;
                  for (int round = 0; round < 10; round++) {
                    List<SequenceKey> order = new ArrayList<>(keys);
                    Collections.rotate(order, 3 * thread + round);
                    List<Transition> batch =
                        ledger().find(order).stream()
                            .map(found -> transitions.mark(found.orElseThrow(), same -> same))
                            .toList();
                    count +=
                        (int) ledger().commit(batch).stream().filter(Outcome::isApplied).count();
                  }
                  return count;
                });
    long rows = keys.stream().mapToLong(key -> history(key).size() - 1).sum();
    assertEquals(applied.stream().mapToInt(count -> count).sum(), rows);
    for (SequenceKey key : keys) {
      assertEquals(history(key).size(), find(key).version());
    }
  }

  @Test
  @DisplayName("alerts come with their cause: none is dropped, each ends in a digest")
  final void alerts_withCause() {
    Entry read = accept("a");
    apply(
        transitions.move(
            read,
            State.FAILED,
            transitions.alert("SEQUENCE_FAILED", key("a")),
            transitions.alert("RISK_TOO", key("a"))));
    assertEquals(2, store().alerts().pending());
    AlertDigest digest = store().alerts().seal();
    assertEquals(
        List.of("RISK_TOO", "SEQUENCE_FAILED"),
        digest.lines().stream().map(line -> line.group().code()).toList());
  }

  @Test
  @DisplayName(
      "what was applied is there after a reopen; a ledger that is not durable has it whole or not")
  final void appliedReopened_kept() throws Exception {
    Entry stored = accept("a");
    Entry failed =
        apply(transitions.move(stored, State.FAILED, transitions.alert("FAILED", key("a"))));
    Optional<?> session = store().sessions().find(stored.raw().session());
    List<?> rows = history(key("a"));
    IncarnationId incarnation = store().incarnation();
    reopen();
    boolean kept = ledger().find(List.of(key("a"))).get(0).isPresent();
    assertTrue(kept || !store().capabilities().durable(), "a durable ledger lost an entry");
    if (kept) {
      assertEquals(failed, find(key("a")));
      assertEquals(rows, history(key("a")));
      assertEquals(session, store().sessions().find(stored.raw().session()));
      assertEquals(1, store().alerts().pending());
      assertEquals(incarnation, store().incarnation());
    } else {
      assertEquals(List.of(), history(key("a")));
      assertEquals(0, store().alerts().pending());
    }
  }

  @Test
  @DisplayName("what was applied is there for a process that comes after a kill")
  final void appliedKilled_kept() throws Exception {
    Entry stored = accept("a");
    List<?> rows = history(key("a"));
    if (store().capabilities().durable()) {
      try (LedgerStore next = SecondInstance.afterKill(store().name(), () -> openAfterKill(time))) {
        assertEquals(
            List.of(Optional.of(stored)),
            next.ledger().find(List.of(key("a"))),
            "it was accepted, and is not there after a kill");
        assertEquals(rows, next.ledger().history(key("a"), 0, 10));
        assertEquals(store().incarnation(), next.incarnation());
      }
    }
  }

  @Test
  @DisplayName("a closed ledger refuses every call, and closing it again does nothing")
  final void closed_refuses() {
    accept("a");
    var closed = ledger();
    store().close();
    store().close();
    assertThrows(RuntimeException.class, () -> closed.find(List.of(key("a"))));
    assertThrows(RuntimeException.class, () -> closed.commit(List.of()));
    assertFalse(store().name().isBlank());
  }

  private long sealedCount(String code) {
    return store().alerts().seal().lines().stream()
        .filter(line -> line.group().code().equals(code))
        .mapToLong(AlertDigest.Line::count)
        .sum();
  }

  private Entry fakeEntry(String id) {
    return transitions.accept(transitions.entry(key(id), transitions.sessionId())).after();
  }

  private static Entry withParts(Entry entry, List<Integer> starts) {
    return new Entry(
        entry.receipt(),
        new RawLocation(entry.raw().session(), starts),
        entry.position(),
        entry.run(),
        entry.published(),
        entry.standing(),
        entry.chain());
  }
}
