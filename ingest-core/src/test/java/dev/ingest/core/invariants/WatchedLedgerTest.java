package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Commits are judged by what is there directly before and after them. */
final class WatchedLedgerTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final SequenceKey OTHER = SequenceKey.of("alice", "ride-2");
  private static final SessionId SESSION = SessionId.ofBits(1, 2);

  private final Transitions transitions = new Transitions(7, () -> START);
  private final Map<SequenceKey, Entry> entries = new HashMap<>();
  private final List<HistoryRow> rows = new ArrayList<>();
  private final Witness witness = new Witness();
  private boolean isLosing;
  private boolean isDeaf;
  private long pending;
  private final WatchedLedger watched = new WatchedLedger(store(), witness);

  private LedgerStore store() {
    AlertOutbox outbox = Scene.stub(AlertOutbox.class, (method, given) -> pending);
    UploadSessions sessions =
        Scene.stub(
            UploadSessions.class,
            (method, given) ->
                Optional.of(
                    new UploadSession(
                        new RawLocation(SESSION, List.of(0)),
                        KEY,
                        SessionState.OPEN,
                        Reservation.NONE,
                        Reservation.NONE,
                        START)));
    WorkQueue work =
        Scene.stub(
            WorkQueue.class,
            (method, given) -> ((List<?>) given[0]).stream().map(held -> Outcome.APPLIED).toList());
    Ledger ledger =
        Scene.stub(
            Ledger.class,
            (method, given) ->
                switch (method) {
                  case "find" ->
                      ((List<?>) given[0])
                          .stream()
                              .map(key -> Optional.ofNullable(entries.get((SequenceKey) key)))
                              .toList();
                  case "history" -> history((SequenceKey) given[0], (Long) given[1]);
                  case "commit" ->
                      ((List<?>) given[0]).stream().map(one -> commit((Transition) one)).toList();
                  default -> throw new UnsupportedOperationException(method);
                });
    return Scene.stub(
        LedgerStore.class,
        (method, given) ->
            switch (method) {
              case "ledger" -> ledger;
              case "alerts" -> outbox;
              case "sessions" -> sessions;
              case "work" -> work;
              case "name" -> "a ledger";
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private List<HistoryRow> history(SequenceKey key, long after) {
    return rows.stream()
        .filter(row -> row.key().equals(key) && row.link().ordinal() > after)
        .limit(1)
        .toList();
  }

  /** Applies whatever comes, whoever may. */
  private Outcome commit(Transition transition) {
    if (!isLosing) {
      entries.put(transition.key(), transition.after());
      rows.add(transition.row());
      pending += isDeaf ? 0 : transition.alerts().size();
    }
    return Outcome.APPLIED;
  }

  private Transition acceptance(SequenceKey key) {
    return transitions.accept(transitions.entry(key, SESSION));
  }

  private void fires(String invariant, Transition... planted) {
    InvariantViolation found =
        assertThrows(InvariantViolation.class, () -> watched.ledger().commit(List.of(planted)));
    assertEquals(invariant, found.invariant(), found::getMessage);
  }

  private Transition failure(AlertRow... alerts) {
    return transitions.move(entry(), State.FAILED, alerts);
  }

  private Entry entry() {
    return Objects.requireNonNull(entries.get(KEY));
  }

  private void accept() {
    watched.ledger().commit(List.of(acceptance(KEY)));
  }

  @Test
  void acceptanceWithItsSession_passesAndIsATouch() {
    assertEquals(Set.of(), watched.drainTouched());
    accept();
    assertEquals(Set.of(KEY), watched.drainTouched());
    assertEquals(Set.of(), watched.drainTouched());
    assertEquals(0, watched.sharedCommits());
    assertEquals("a ledger", watched.name());
  }

  @Test
  void acceptanceWithTheSessionOfAnother_isSeen() {
    fires("S7 Fencing", acceptance(OTHER));
  }

  @Test
  void readmission_isJudgedByItsSession() {
    accept();
    watched.ledger().commit(List.of(failure(transitions.alert("SEQUENCE_FAILED", KEY))));
    Transition again = transitions.readmit(entry(), new RawLocation(SESSION, List.of(0)));
    assertEquals(List.of(Outcome.APPLIED), watched.ledger().commit(List.of(again)));
    assertEquals(State.ACCEPTED, entry().state());
  }

  @Test
  void effectThatIsReportedAndNotThere_isSeenUnlessItWasMadeBefore() {
    Transition first = acceptance(KEY);
    watched.ledger().commit(List.of(first));
    isLosing = true;
    assertEquals(List.of(Outcome.APPLIED), watched.ledger().commit(List.of(first)));
    fires("S7 Fencing", failure(transitions.alert("SEQUENCE_FAILED", KEY)));
  }

  @Test
  void failureWithoutItsAlert_isSeen() {
    accept();
    fires("S10 Explicit failure", failure());
  }

  @Test
  void alertsOfACommit_areRememberedAndHaveToBePending() {
    accept();
    AlertRow alert = transitions.alert("SEQUENCE_FAILED", KEY);
    Transition failed = failure(alert);
    watched.ledger().commit(List.of(failed));
    assertTrue(witness.alerted(KEY, "SEQUENCE_FAILED"));
    assertFalse(witness.alerted(KEY, "OTHER"));
    isLosing = true;
    // What was repeated brings no alert once more.
    watched.ledger().commit(List.of(failed));
    isLosing = false;
    isDeaf = true;
    fires(
        "S10 Explicit failure",
        transitions.mark(entry(), standing -> standing.withLeftovers(true), alert));
  }

  @Test
  void renewalsAndHandBacks_areTouches() {
    Held held = new Held(KEY, new LeaseToken(IncarnationId.ofBits(3, 4), 5));
    assertEquals(
        List.of(Outcome.APPLIED), watched.work().renew(List.of(held), Duration.ofSeconds(1)));
    assertEquals(Set.of(KEY), watched.drainTouched());
    assertEquals(List.of(Outcome.APPLIED), watched.work().handBack(List.of(held)));
    assertEquals(Set.of(KEY), watched.drainTouched());
  }

  @Test
  void commitsOfSeveral_areCounted() {
    accept();
    Transition one = transitions.mark(entry(), standing -> standing.withLeftovers(true));
    Entry theirs = transitions.accept(transitions.entry(OTHER, SESSION)).after();
    entries.put(OTHER, theirs);
    Transition two = transitions.mark(theirs, standing -> standing.withLeftovers(true));
    watched.ledger().commit(List.of(one, two));
    assertEquals(Set.of(KEY, OTHER), watched.drainTouched());
    assertEquals(1, watched.sharedCommits());
  }
}
