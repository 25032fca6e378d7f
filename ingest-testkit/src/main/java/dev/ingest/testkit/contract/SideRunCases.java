package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a ledger does with a replacement or shadow run beside a published result. */
abstract class SideRunCases extends LeaseCases {

  private static final PipelineRef NEXT = new PipelineRef("next", Digest.ofUtf8("plan 2"));
  private static final StageRef STAGE = new StageRef("scale", 3);
  private static final StageRef LAST = new StageRef("index", 1);
  private static final WorkRef STAGE_WORK = new WorkRef("next", Optional.of(STAGE));
  private static final WorkRef LAST_WORK = new WorkRef("next", Optional.of(LAST));
  private static final WorkRef VERIFICATION_WORK = new WorkRef("next", Optional.empty());
  private static final WorkRef[] PRIMARY = {FIRST_WORK, SECOND_WORK, VERIFICATION};

  private static Run side(int epoch, RunKind kind) {
    return Run.begin(epoch, kind, NEXT, STAGE).inNameOf(Optional.of("march"));
  }

  /** A VERIFIED sequence with a run beside its result, due now. */
  private Entry begun(String id) {
    return begin(acceptAs(key(id), State.VERIFIED));
  }

  private Entry begin(Entry verified) {
    Transition begin = transitions.sideRun(verified, side(2, RunKind.REPLACEMENT));
    Entry after = apply(begin);
    assertEquals(begin.after(), after);
    return after;
  }

  private Entry done(Entry leased, Optional<StageRef> next) {
    return apply(transitions.stageDone(leased, next));
  }

  /** Claims and completes both stages, and claims the verification. */
  private Entry claimedForVerification() {
    done(claimOne(STAGE_WORK).entry(), Optional.of(LAST));
    done(claimOne(LAST_WORK).entry(), Optional.empty());
    return claimOne(VERIFICATION_WORK).entry();
  }

  @Test
  @DisplayName(
      "a claim leases the run beside a result: its attempts rise, the entry stays VERIFIED")
  final void sideRun_isClaimed() {
    Entry begun = begun("a");
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of(), claim(5, PRIMARY));
    Claimed claimed = claimOne(STAGE_WORK);
    Entry entry = claimed.entry();
    assertEquals(Optional.empty(), claimed.takenFrom());
    assertEquals(State.VERIFIED, entry.state());
    assertEquals(begun.run(), entry.run());
    assertEquals(begun.active().withAttempts(1), entry.active());
    assertEquals(1, entry.position().fence());
    assertEquals(begun.version() + 1, entry.version());
    assertEquals(time.instant().plus(LEASE), entry.position().visibleAt());
    assertEquals(entry, find(key("a")));
    assertEquals(List.of(), claim(5, STAGE_WORK));
    assertEquals(history(key("a")).size(), begun.chain().length(), "a claim writes no row");
  }

  @Test
  @DisplayName("a run beside a result goes from stage to stage, and takes the result's place")
  final void sideRun_replaces() throws Exception {
    Entry begun = begun("a");
    Entry first = done(claimOne(STAGE_WORK).entry(), Optional.of(LAST));
    assertEquals(State.VERIFIED, first.state());
    assertEquals(Optional.of(LAST), first.active().stage());
    assertEquals(0, first.active().attempts());
    assertTrue(first.active().output().isPresent());
    assertEquals(begun.published(), first.published());
    assertEquals(begun.run(), first.run());
    done(claimOne(LAST_WORK).entry(), Optional.empty());
    Entry leased = claimOne(VERIFICATION_WORK).entry();
    Publication before = leased.published().orElseThrow();
    Instant until = time.instant().plusSeconds(60);
    Transition replaced = transitions.replaced(leased, until);
    Entry after = apply(replaced);
    assertEquals(leased.active().output(), after.published().map(Publication::result));
    assertEquals(new Superseded(before, until), after.beside().superseded().orElseThrow());
    assertEquals(NEXT, after.run().pipeline());
    assertEquals(Optional.of("march"), after.run().backfill());
    assertEquals(3, after.nextEpoch());
    assertEquals(Optional.empty(), after.beside().run());
    assertEquals(List.of(), claim(5, STAGE_WORK, LAST_WORK, VERIFICATION_WORK));
    assertApplied(commit(replaced));
    boolean isDurable = store().capabilities().durable();
    reopen();
    Optional<Entry> kept = ledger().find(List.of(key("a"))).get(0);
    assertTrue(kept.isPresent() || !isDurable, "a durable ledger lost an entry");
    kept.ifPresent(entry -> assertEquals(after, entry));
  }

  @Test
  @DisplayName("a lease on a run beside a result that ran out is taken over, and its holder FENCED")
  final void sideRun_isTakenOver() {
    begun("a");
    Entry paused = claimOne(STAGE_WORK).entry();
    assertApplied(work().renew(List.of(held(paused)), LEASE.multipliedBy(2)).get(0));
    time.advance(LEASE);
    assertEquals(List.of(), claim(1, STAGE_WORK), "renewed");
    time.advance(LEASE);
    Claimed taken = claimOne(STAGE_WORK);
    assertEquals(
        paused.position().lease().map(lease -> lease.token()),
        taken.takenFrom().map(lease -> lease.token()));
    assertEquals(2, taken.entry().active().attempts());
    assertRefused(Reason.FENCED, commit(transitions.stageDone(paused, Optional.of(LAST))));
    assertRefused(Reason.FENCED, work().renew(List.of(held(paused)), LEASE).get(0));
    assertApplied(commit(transitions.stageDone(taken.entry(), Optional.of(LAST))));
  }

  @Test
  @DisplayName("a run beside a result that is handed back is due at once, its attempt refunded")
  final void sideRun_isHandedBack() {
    Entry begun = begun("a");
    Entry leased = claimOne(STAGE_WORK).entry();
    assertApplied(work().handBack(List.of(held(leased))).get(0));
    Entry back = find(key("a"));
    assertEquals(begun.active(), back.active());
    assertEquals(State.VERIFIED, back.state());
    assertEquals(Optional.empty(), back.position().lease());
    assertEquals(leased.version() + 1, back.version());
    assertEquals(2, claimOne(STAGE_WORK).entry().position().fence());
  }

  @Test
  @DisplayName("a mark and a renewed proof leave the lease on a run beside a result as it is")
  final void sideRun_keepsItsLeaseOverMarks() {
    begun("a");
    Entry leased = claimOne(STAGE_WORK).entry();
    Transition mark = transitions.mark(leased, standing -> standing.withOverdue(true));
    Entry marked = apply(mark);
    assertEquals(leased.position().lease(), marked.position().lease());
    assertEquals(leased.active(), marked.active());
    Entry proven = apply(transitions.proven(marked, time.instant().plusMillis(5)));
    assertEquals(leased.position().lease(), proven.position().lease());
    assertEquals(time.instant().plusMillis(5), proven.published().orElseThrow().provenAt());
    assertRefused(Reason.STALE_VERSION, commit(transitions.stageDone(leased, Optional.of(LAST))));
    assertApplied(commit(transitions.stageDone(proven, Optional.of(LAST))));
  }

  @Test
  @DisplayName(
      "while a run is beside it, a result is due neither for expiry nor for a sweep, and as"
          + " unproven for nothing")
  final void sideRun_isDue() {
    Entry begun = begun("a");
    time.set(begun.receipt().expiresAt().plusSeconds(1));
    for (DueQuery.Kind kind : DueQuery.Kind.values()) {
      boolean isDue = kind == DueQuery.Kind.PROOF || kind == DueQuery.Kind.SIDE_RUN;
      assertEquals(isDue ? List.of(begun) : List.of(), due(kind), () -> kind + " of " + begun);
    }
    Entry ended = apply(transitions.cancelled(begun));
    assertEquals(List.of(ended), due(DueQuery.Kind.EXPIRY));
    assertEquals(List.of(ended), due(DueQuery.Kind.LEFTOVERS));
    assertEquals(List.of(), due(DueQuery.Kind.SIDE_RUN));
    assertEquals(List.of(), claim(5, STAGE_WORK));
    assertEquals(3, ended.nextEpoch());
  }

  private List<Entry> due(DueQuery.Kind kind) {
    return ledger().due(DueQuery.of(kind, Duration.ZERO, 10));
  }

  @Test
  @DisplayName("a superseded result is due when its time is over, whatever run is beside the other")
  final void superseded_isDue() {
    begun("a");
    Instant until = time.instant().plusSeconds(60);
    Entry replaced = apply(transitions.replaced(claimedForVerification(), until));
    time.set(until.minusMillis(1));
    assertEquals(List.of(), due(DueQuery.Kind.SUPERSEDED));
    time.set(until);
    assertEquals(List.of(replaced), due(DueQuery.Kind.SUPERSEDED));
    Entry again = apply(transitions.sideRun(replaced, side(3, RunKind.SHADOW)));
    assertEquals(replaced.beside().superseded(), again.beside().superseded());
    assertEquals(List.of(again), due(DueQuery.Kind.SUPERSEDED));
    Entry expired = apply(transitions.move(apply(transitions.cancelled(again)), State.EXPIRED));
    assertEquals(List.of(expired), due(DueQuery.Kind.SUPERSEDED));
    Entry lost = apply(transitions.move(expired, State.LOST));
    assertTrue(lost.beside().superseded().isPresent(), "it may be the last copy");
    assertEquals(List.of(), due(DueQuery.Kind.SUPERSEDED));
  }

  @Test
  @DisplayName("a superseded result that goes with a decision of another kind is gone")
  final void superseded_goesWithWhateverDropsIt() {
    for (State to : List.of(State.DISCARDING, State.EXPIRING, State.EXPIRED)) {
      begun(to.name());
      Instant until = time.instant().plusSeconds(60);
      Entry replaced = apply(transitions.replaced(claimedForVerification(), until));
      assertTrue(replaced.beside().superseded().isPresent());
      Transition moved = transitions.move(replaced, to);
      Entry without = moved.after().withBeside(replaced.beside().withSuperseded(Optional.empty()));
      Transition drops =
          transitions.change(replaced, moved.guard(), moved.row().step().kind(), without);
      Entry after = apply(drops);
      assertEquals(drops.after(), after);
      assertEquals(after, find(key(to.name())));
      assertEquals(Optional.empty(), after.beside().superseded());
      assertEquals(3, after.nextEpoch(), "no epoch is given twice");
      time.set(until);
      assertEquals(List.of(), due(DueQuery.Kind.SUPERSEDED));
    }
  }

  @Test
  @DisplayName("a sequence counts and is found as VERIFIED while a run is beside its result")
  final void sideRun_countsAsVerified() {
    Entry other = acceptAs(key("b"), State.VERIFIED);
    accept("c");
    begun("a");
    claimOne(STAGE_WORK);
    Map<State, Long> expected = Map.of(State.VERIFIED, 2L, State.ACCEPTED, 1L);
    assertEquals(expected, ledger().census(Optional.empty()).counts());
    assertEquals(expected, ledger().census(Optional.of(new OwnerId("o1"))).counts());
    assertEquals(List.of(key("a"), other.key()), scanned(State.VERIFIED));
    assertEquals(List.of(key("c")), scanned(State.ACCEPTED, State.PROCESSING, State.PROCESSED));
    assertEquals(List.of(key("a"), key("b"), key("c")), scanned(State.VERIFIED, State.ACCEPTED));
  }

  private List<SequenceKey> scanned(State... states) {
    ScanQuery query =
        new ScanQuery(Optional.empty(), Optional.empty(), Set.of(states), Optional.empty(), 10);
    return keysOf(ledger().scan(query).entries());
  }

  @Test
  @DisplayName("an audit is told of the output of a run beside a result, and of what was replaced")
  final void sideRun_isAudited() {
    begun("a");
    assertAudited();
    Entry leased = claimedForVerification();
    assertAudited();
    apply(transitions.replaced(leased, time.instant().plusSeconds(60)));
    AuditRow row = assertAudited();
    assertTrue(row.made().superseded().isPresent());
  }

  private AuditRow assertAudited() {
    AuditQuery all = new AuditQuery(Optional.empty(), SequencePlace.LAST, 10);
    List<AuditRow> rows = ledger().holdings().audit(all).rows();
    assertEquals(List.of(AuditRow.of(find(key("a")))), rows);
    return rows.get(0);
  }

  @Test
  @DisplayName("a decision that ends the sequence's result ends the run beside it and its lease")
  final void sideRun_endsWithItsSequence() {
    for (State state : List.of(State.DISCARDING, State.FAILED)) {
      String id = state.name();
      begun(id);
      Entry leased = claimOne(STAGE_WORK).entry();
      Entry ended = apply(transitions.move(leased, state));
      assertEquals(Optional.empty(), ended.beside().run());
      assertEquals(Optional.empty(), ended.position().lease());
      assertRefused(Reason.FENCED, commit(transitions.stageDone(leased, Optional.of(LAST))));
      assertEquals(List.of(), claim(5, STAGE_WORK));
      assertEquals(ended, find(key(id)));
      assertEquals(3, ended.nextEpoch());
    }
  }

  @Test
  @DisplayName("many runs beside results are claimed and completed in batches")
  final void sideRuns_inBatches() {
    List<SequenceKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + (10 + i))).toList();
    acceptAll(keys, entry -> entry);
    applyAll(keys.stream().map(key -> transitions.move(find(key), State.VERIFIED)).toList());
    applyAll(
        keys.stream()
            .map(key -> transitions.sideRun(find(key), side(2, RunKind.REPLACEMENT)))
            .toList());
    int claimed = 0;
    for (int i = 0; i < 20 && claimed < 20; i++) {
      List<Transition> done =
          claim(20, STAGE_WORK).stream()
              .map(one -> transitions.stageDone(one.entry(), Optional.<StageRef>empty()))
              .toList();
      claimed += done.size();
      for (Entry entry : applyAll(done)) {
        assertEquals(State.VERIFIED, entry.state());
        assertEquals(VERIFICATION_WORK, entry.active().work());
      }
    }
    assertEquals(20, claimed);
    assertEquals(Map.of(State.VERIFIED, 20L), ledger().census(Optional.empty()).counts());
    assertEquals(Transitions.PIPELINE, find(keys.get(0)).run().pipeline());
  }
}
