package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What commits do to leases, and leases to commits. */
abstract class LeaseCommitCases extends LedgerReadCases {

  @Test
  @DisplayName(
      "another life of the ledger refuses every lease token of the one before, and is kept")
  final void renewedLife_fencesTheLivesBefore() throws Exception {
    accept("a");
    accept("b");
    Entry leased = claimOne(FIRST_WORK).entry();
    Lease lease = leased.position().lease().orElseThrow();
    Held held = new Held(leased.key(), lease.token());
    IncarnationId before = store().incarnation();
    IncarnationId next = IncarnationId.ofBits(71, 72);
    assertRefused(Reason.CONFLICT, store().renew(IncarnationId.ofBits(1, 73), next));
    assertEquals(before, store().incarnation());
    assertApplied(store().renew(before, next));
    assertEquals(next, store().incarnation());
    assertApplied(store().renew(before, next));
    assertRefused(Reason.CONFLICT, store().renew(before, IncarnationId.ofBits(71, 74)));
    assertRefused(Reason.FENCED, work().renew(List.of(held), Duration.ofSeconds(30)).get(0));
    assertRefused(Reason.FENCED, work().handBack(List.of(held)).get(0));
    assertRefused(Reason.FENCED, commit(transitions.stageDone(leased, Optional.empty())));
    Entry stored = find(leased.key());
    assertEquals(leased.version(), stored.version());
    assertEquals(leased.position().visibleAt(), stored.position().visibleAt());
    assertEquals(
        next, claimOne(FIRST_WORK).entry().position().lease().orElseThrow().token().incarnation());
    if (store().capabilities().durable()) {
      reopen();
      assertEquals(next, store().incarnation());
    }
  }

  @Test
  @DisplayName("a mark set while a lease runs keeps the lease, the fence and visible-at")
  final void markDuringLease_keepsLease() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Position read = leased.position();
    LeaseToken otherToken = new LeaseToken(store().incarnation(), read.fence() + 7);
    Lease other = new Lease(otherToken, NODE, "9.9", START.plusSeconds(7_777));
    Position pretended =
        new Position(
            State.PROCESSING,
            leased.version(),
            START.plusSeconds(9_999),
            other.token().fence(),
            Optional.of(other));
    Entry marked =
        apply(
            transitions.mark(
                leased.withPosition(pretended), standing -> standing.withOverdue(true)));
    assertTrue(marked.standing().overdue());
    assertEquals(leased.version() + 1, marked.version());
    assertEquals(leased.position().lease(), marked.position().lease());
    assertEquals(leased.position().fence(), marked.position().fence());
    assertEquals(leased.position().visibleAt(), marked.position().visibleAt());
  }

  @Test
  @DisplayName(
      "work finished under a current lease is stale after a mark, and applies when decided anew")
  final void stageDoneAfterMark_redecided() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Entry marked = apply(transitions.mark(leased, standing -> standing.withEscalations(1)));
    assertRefused(
        Reason.STALE_VERSION,
        commit(transitions.stageDone(leased, Optional.of(Transitions.SECOND_STAGE))));
    Entry done = apply(transitions.stageDone(marked, Optional.of(Transitions.SECOND_STAGE)));
    assertEquals(State.ACCEPTED, done.state());
    assertTrue(done.standing().isAtRisk());
  }

  @Test
  @DisplayName("a commit under a lease ends it, and keeps the fence")
  final void stageDone_endsLease() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Transition done = transitions.stageDone(leased, Optional.of(Transitions.SECOND_STAGE));
    Entry after = apply(done);
    assertEquals(Optional.empty(), after.position().lease());
    assertEquals(leased.position().fence(), after.position().fence());
    assertEquals(done.after().position().visibleAt(), after.position().visibleAt());
    assertEquals(done.after().run(), after.run());
    assertApplied(commit(done));
  }

  @Test
  @DisplayName("a token that is not the current one is FENCED, whatever the version")
  final void wrongToken_fenced() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    LeaseToken current = tokenOf(leased);
    IncarnationId other = IncarnationId.ofBits(~0L, 42);
    for (LeaseToken wrong :
        List.of(
            new LeaseToken(current.incarnation(), current.fence() + 1),
            new LeaseToken(other, current.fence()))) {
      for (long version : new long[] {leased.version(), leased.version() + 5}) {
        assertRefused(Reason.FENCED, commit(withToken(leased, wrong, version)));
      }
    }
    assertEquals(leased, find(key("a")));
    assertApplied(commit(withToken(leased, current, leased.version())));
    assertRefused(Reason.FENCED, commit(withToken(find(key("a")), current, leased.version() + 1)));
  }

  @Test
  @DisplayName("a decision revokes the lease: the holder's commit is FENCED")
  final void revokedLease_fenced() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Entry discarding = apply(transitions.move(leased, State.DISCARDING));
    assertEquals(Optional.empty(), discarding.position().lease());
    assertRefused(Reason.FENCED, commit(transitions.stageDone(leased, Optional.empty())));
    assertRefused(
        Reason.FENCED, commit(withToken(discarding, tokenOf(leased), discarding.version())));
    assertEquals(discarding, find(key("a")));
  }

  @Test
  @DisplayName("fences never decrease, whatever a transition's entry says")
  final void fence_neverDecreases() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Position zero = new Position(State.FAILED, leased.version(), START, 0, Optional.empty());
    Entry failed = transitions.move(leased, State.FAILED).after();
    apply(
        transitions.change(
            leased,
            new Guard.AtVersion(leased.version()),
            TransitionKind.FAILED,
            failed.withPosition(zero)));
    assertEquals(1, find(key("a")).position().fence());
    apply(transitions.move(find(key("a")), State.ACCEPTED));
    assertEquals(2, claimOne(FIRST_WORK).entry().position().fence());
  }

  @Test
  @DisplayName("a mark decided before a renewal keeps the renewed lease")
  final void markAcrossRenewal_keepsRenewed() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    time.advance(Duration.ofSeconds(20));
    assertApplied(work().renew(List.of(new Held(key("a"), tokenOf(leased))), LEASE).get(0));
    Entry renewed = find(key("a"));
    Entry marked = apply(transitions.mark(leased, standing -> standing.withEscalations(1)));
    assertEquals(renewed.position().lease(), marked.position().lease());
    assertEquals(START.plusSeconds(20).plus(LEASE), marked.position().visibleAt());
  }

  @Test
  @DisplayName("a commit under a lease may keep the lease, which then goes on")
  final void commitUnderLease_keepsLease() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    Transition mark = transitions.mark(leased, standing -> standing.withLeftovers(true));
    Guard guard = new Guard.WithLease(tokenOf(leased), leased.version());
    Entry kept =
        apply(new Transition(guard, mark.after(), LeaseEffect.KEEP, mark.row(), List.of()));
    assertEquals(leased.position().lease(), kept.position().lease());
    assertEquals(State.PROCESSING, kept.state());
    assertEquals(State.PROCESSED, apply(transitions.stageDone(kept, Optional.empty())).state());
  }

  @Test
  @DisplayName("a mark on a sequence that waits leaves its visible-at")
  final void markWhileWaiting_keepsVisibleAt() {
    Entry waiting = accept("a");
    Position later =
        new Position(State.ACCEPTED, waiting.version(), START.plusSeconds(99), 0, Optional.empty());
    Entry marked =
        apply(
            transitions.mark(waiting.withPosition(later), standing -> standing.withOverdue(true)));
    assertEquals(waiting.position().visibleAt(), marked.position().visibleAt());
  }

  private Transition withToken(Entry read, LeaseToken token, long version) {
    Entry pretended =
        read.withPosition(
            new Position(
                State.ACCEPTED, version, START, read.position().fence(), Optional.empty()));
    return transitions.change(
        pretended, new Guard.WithLease(token, version), TransitionKind.STAGE_RETRIED, pretended);
  }
}
