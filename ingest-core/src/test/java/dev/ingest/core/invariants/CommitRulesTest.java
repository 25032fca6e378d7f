package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.testkit.Transitions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a look directly before and after a commit finds out. */
final class CommitRulesTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final SessionId SESSION = SessionId.ofBits(1, 2);
  private static final LeaseToken TOKEN = new LeaseToken(IncarnationId.ofBits(3, 4), 5);
  private static final LeaseToken STALE = new LeaseToken(IncarnationId.ofBits(3, 4), 4);

  private final Transitions transitions = new Transitions(7, () -> START);
  private final Transition acceptance = transitions.accept(transitions.entry(KEY, SESSION));
  private final Entry accepted = acceptance.after();
  private final Entry leased =
      accepted.withPosition(
          new Position(
              State.PROCESSING,
              2,
              START,
              5,
              Optional.of(new Lease(TOKEN, new NodeId("node-1"), "v1", START.plusSeconds(30)))));

  private static UploadSession session(SequenceKey key, SessionState state, int part) {
    List<Integer> starts = part == 0 ? List.of(0) : List.of(0, 5);
    return new UploadSession(
        new RawLocation(SESSION, starts),
        key,
        state,
        new Reservation(1, 1),
        new Reservation(1, 1),
        START);
  }

  private static WatchedLedger.Before at(Entry entry) {
    return new WatchedLedger.Before(Optional.of(entry), Optional.empty(), false);
  }

  private static WatchedLedger.Before by(Optional<Entry> entry, UploadSession session) {
    return new WatchedLedger.Before(entry, Optional.of(session), false);
  }

  private static void takesEffect(Transition transition, WatchedLedger.Before before) {
    assertDoesNotThrow(
        () ->
            CommitRules.s7Fencing(
                transition, before, Optional.of(transition.after()), Outcome.APPLIED));
    fires(
        CommitRules.S7,
        () -> CommitRules.s7Fencing(transition, before, before.entry(), Outcome.APPLIED));
  }

  private static void hasNoEffect(Transition transition, WatchedLedger.Before before) {
    fires(
        CommitRules.S7,
        () ->
            CommitRules.s7Fencing(
                transition, before, Optional.of(transition.after()), Outcome.APPLIED));
    assertDoesNotThrow(
        () ->
            CommitRules.s7Fencing(
                transition,
                before,
                before.entry(),
                new Outcome.NotApplied(Outcome.Reason.FENCED, "too late")));
  }

  private static void fires(String invariant, Runnable check) {
    assertEquals(invariant, assertThrows(InvariantViolation.class, check::run).invariant());
  }

  @Test
  void acceptance_needsAnOpenSessionOfItsKeyAtItsPart() {
    takesEffect(acceptance, by(Optional.empty(), session(KEY, SessionState.OPEN, 0)));
    hasNoEffect(acceptance, by(Optional.of(leased), session(KEY, SessionState.OPEN, 0)));
    hasNoEffect(acceptance, by(Optional.empty(), session(KEY, SessionState.ACCEPTED, 0)));
    hasNoEffect(acceptance, by(Optional.empty(), session(KEY, SessionState.OPEN, 1)));
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    hasNoEffect(acceptance, by(Optional.empty(), session(other, SessionState.OPEN, 0)));
    hasNoEffect(acceptance, new WatchedLedger.Before(Optional.empty(), Optional.empty(), false));
  }

  @Test
  void readmission_needsAnOpenSessionAndTheVersion() {
    Entry failed = transitions.move(accepted, State.FAILED).after();
    Transition again = transitions.readmit(failed, new RawLocation(SESSION, List.of(0)));
    takesEffect(again, by(Optional.of(failed), session(KEY, SessionState.OPEN, 0)));
    hasNoEffect(again, by(Optional.of(accepted), session(KEY, SessionState.OPEN, 0)));
    hasNoEffect(again, by(Optional.of(failed), session(KEY, SessionState.ACCEPTED, 0)));
  }

  @Test
  void workOnASequence_needsTheTokenThatHoldsItAndTheVersion() {
    Transition done = transitions.stageDone(leased, Optional.of(Transitions.SECOND_STAGE));
    takesEffect(done, at(leased));
    hasNoEffect(done, at(accepted));
    Entry renewedSince =
        leased.withPosition(new Position(State.PROCESSING, 3, START, 5, leased.position().lease()));
    hasNoEffect(done, at(renewedSince));
    Guard stale = new Guard.WithLease(STALE, leased.version());
    hasNoEffect(
        transitions.change(leased, stale, TransitionKind.STAGE_DONE, done.after()), at(leased));
    Entry unleased =
        accepted.withPosition(new Position(State.ACCEPTED, 2, START, 5, Optional.empty()));
    hasNoEffect(done, at(unleased));
  }

  @ParameterizedTest
  @EnumSource(
      value = TransitionKind.class,
      names = {
        "STAGE_DONE",
        "STAGE_RETRIED",
        "STAGE_PENDING",
        "LEASE_LOST",
        "VERIFIED",
        "VERIFICATION_UNKNOWN",
        "REPLACED",
        "COMPARED",
        "SIDE_RUN_FAILED"
      })
  void workWithoutALease_hasNoEffect(TransitionKind kind) {
    Guard unleased = new Guard.AtVersion(accepted.version());
    hasNoEffect(transitions.change(accepted, unleased, kind, accepted), at(accepted));
  }

  @Test
  void actsOfPeople_needTheVersionAlone() {
    Transition held = transitions.mark(accepted, standing -> standing.withLeftovers(true));
    takesEffect(held, at(accepted));
    hasNoEffect(held, at(leased));
  }

  @Test
  void repeatedCommit_hasNoEffectAndIsReportedApplied() {
    Transition held = transitions.mark(accepted, standing -> standing.withLeftovers(true));
    WatchedLedger.Before repeated =
        new WatchedLedger.Before(Optional.of(accepted), Optional.empty(), true);
    assertDoesNotThrow(
        () -> CommitRules.s7Fencing(held, repeated, Optional.of(accepted), Outcome.APPLIED));
    fires(
        CommitRules.S7,
        () -> CommitRules.s7Fencing(held, repeated, Optional.of(held.after()), Outcome.APPLIED));
  }

  @Test
  void violation_saysWhatItFoundBeforeAndAfter() {
    Transition held = transitions.mark(accepted, standing -> standing.withLeftovers(true));
    UploadSession session = session(KEY, SessionState.OPEN, 0);
    InvariantViolation found =
        assertThrows(
            InvariantViolation.class,
            () ->
                CommitRules.s7Fencing(
                    held,
                    by(Optional.of(leased), session),
                    Optional.of(held.after()),
                    Outcome.APPLIED));
    assertEquals(
        "S7 Fencing violated by alice/ride-1: expected no effect of HELD of alice/ride-1 by "
            + held.guard()
            + " on "
            + leased.position()
            + ", session "
            + session
            + ", found "
            + held.after().position()
            + " and "
            + Outcome.APPLIED,
        found.getMessage());
    InvariantViolation none =
        assertThrows(
            InvariantViolation.class,
            () ->
                CommitRules.s7Fencing(
                    held,
                    new WatchedLedger.Before(Optional.empty(), Optional.empty(), false),
                    Optional.of(held.after()),
                    Outcome.APPLIED));
    assertTrue(String.valueOf(none.getMessage()).contains(" on no entry, found "));
  }

  private AlertRow alert(String code) {
    return transitions.alert(code, KEY);
  }

  private static void told(Transition transition, Entry before) {
    assertDoesNotThrow(() -> CommitRules.s10ExplicitFailure(transition, at(before)));
  }

  private static void silent(Transition transition, Entry before) {
    fires(CommitRules.S10, () -> CommitRules.s10ExplicitFailure(transition, at(before)));
  }

  @Test
  void failureLossAndDisposal_nameTheirAlert() {
    told(transitions.move(accepted, State.FAILED, alert("SEQUENCE_FAILED")), accepted);
    silent(transitions.move(accepted, State.FAILED), accepted);
    silent(transitions.move(accepted, State.FAILED, alert("SEQUENCE_LOST")), accepted);
    told(transitions.move(accepted, State.LOST, alert("SEQUENCE_LOST")), accepted);
    silent(transitions.move(accepted, State.LOST), accepted);
    told(transitions.move(accepted, State.DISCARDING, alert("SEQUENCE_DISCARDING")), accepted);
    silent(transitions.move(accepted, State.DISCARDING), accepted);
  }

  @Test
  void alertOfAnotherSequence_isNone() {
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    AlertRow theirs = transitions.alert("SEQUENCE_FAILED", other);
    silent(transitions.move(accepted, State.FAILED, theirs), accepted);
  }

  @Test
  void whatWasFailedBefore_failsNoMore() {
    Entry failed = transitions.move(accepted, State.FAILED).after();
    told(transitions.mark(failed, standing -> standing.withLeftovers(true)), failed);
    Entry lost = transitions.move(accepted, State.LOST).after();
    told(transitions.mark(lost, standing -> standing.withLeftovers(true)), lost);
    Entry going = transitions.move(accepted, State.DISCARDING).after();
    told(transitions.mark(going, standing -> standing.withLeftovers(true)), going);
  }

  @Test
  void canary_goesWithoutAnAlert() {
    SequenceKey key = new SequenceKey(Canary.OWNER, new SequenceId("1"));
    Entry canary = transitions.accept(transitions.entry(key, SESSION)).after();
    told(transitions.move(canary, State.DISCARDING), canary);
    silent(transitions.move(canary, State.FAILED), canary);
  }

  @Test
  void damageAndFailedRunsBeside_nameTheirAlert() {
    Guard guard = new Guard.AtVersion(accepted.version());
    for (TransitionKind kind :
        List.of(TransitionKind.RAW_DAMAGED, TransitionKind.SIDE_RUN_FAILED)) {
      silent(transitions.change(accepted, guard, kind, accepted), accepted);
      told(transitions.change(accepted, guard, kind, accepted, alert(kind.name())), accepted);
    }
  }

  @Test
  void overdue_isToldOnceUnlessItsFailureIs() {
    AlertRow overdue = alert("SEQUENCE_OVERDUE");
    silent(transitions.mark(accepted, standing -> standing.withOverdue(true)), accepted);
    told(transitions.mark(accepted, standing -> standing.withOverdue(true), overdue), accepted);
    Entry late = accepted.withStanding(accepted.standing().withOverdue(true));
    told(transitions.mark(late, standing -> standing.withLeftovers(true)), late);
    Transition failed = transitions.move(late, State.FAILED, alert("SEQUENCE_FAILED"));
    told(failed, accepted);
    Entry before = transitions.move(accepted, State.FAILED).after();
    silent(transitions.mark(before, standing -> standing.withOverdue(true)), before);
  }

  @Test
  void verifiedAtTheDeadlineOrLater_isToldUnlessItWasToldOverdue() {
    Instant deadline = accepted.receipt().deadline();
    Transition late = new Transitions(8, () -> deadline).move(accepted, State.VERIFIED);
    silent(late, accepted);
    told(late, accepted.withStanding(accepted.standing().withOverdue(true)));
    told(
        new Transitions(8, () -> deadline)
            .move(accepted, State.VERIFIED, alert("SEQUENCE_OVERDUE")),
        accepted);
    Transition inTime =
        new Transitions(8, () -> deadline.minusMillis(1)).move(accepted, State.VERIFIED);
    told(inTime, accepted);
  }

  @Test
  void alertsOfACommit_comeWithIt() {
    assertDoesNotThrow(() -> CommitRules.s10Atomic(List.of(acceptance), 2, 2));
    fires(CommitRules.S10, () -> CommitRules.s10Atomic(List.of(acceptance), 2, 1));
    fires(CommitRules.S10, () -> CommitRules.s10Atomic(List.of(acceptance), 2, 3));
  }
}
