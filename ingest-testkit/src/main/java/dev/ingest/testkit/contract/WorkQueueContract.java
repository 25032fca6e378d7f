package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a {@link dev.ingest.spi.ledger.WorkQueue} must do. An adapter's test extends this class and
 * opens the adapter.
 */
public abstract class WorkQueueContract extends SideRunCases {

  /** Called by subclasses. */
  protected WorkQueueContract() {}

  @Test
  @DisplayName(
      "a claim leases: fence, version and attempts rise by one, PROCESSING until the lease ends")
  final void claim_leases() {
    Entry before = accept("a");
    time.advance(Duration.ofSeconds(5));
    Claimed claimed = claimOne(FIRST_WORK);
    Instant until = START.plusSeconds(5).plus(LEASE);
    Lease lease = new Lease(new LeaseToken(store().incarnation(), 1), NODE, "1.0", until);
    Entry expected =
        before.with(
            new Position(State.PROCESSING, 2, until, 1, Optional.of(lease)),
            before.run().withAttempts(1));
    assertEquals(new Claimed(expected, Optional.empty()), claimed);
    assertEquals(expected, find(key("a")));
    assertEquals(1, history(key("a")).size(), "a claim writes no history row");
  }

  @Test
  @DisplayName("a sealed candidate is claimed for verification and stays PROCESSED")
  final void claimProcessed_staysProcessed() {
    acceptAs(key("a"), State.PROCESSED);
    assertEquals(List.of(), claim(1, FIRST_WORK, SECOND_WORK));
    Entry claimed = claimOne(VERIFICATION).entry();
    assertEquals(State.PROCESSED, claimed.state());
    assertEquals(1, claimed.position().fence());
    assertEquals(1, claimed.run().attempts());
    assertEquals(START.plus(LEASE), claimed.position().visibleAt());
    assertEquals(claimed, find(key("a")));
  }

  @Test
  @DisplayName("an entry is claimed from its visible-at on, and not a millisecond before")
  final void claim_visibleAt() {
    accept(key("a"), entry -> dueAt(entry, START.plusSeconds(10)));
    time.set(START.plusSeconds(10).minusMillis(1));
    assertEquals(List.of(), claim(1, FIRST_WORK));
    time.advance(Duration.ofMillis(1));
    assertEquals(key("a"), claimOne(FIRST_WORK).entry().key());
  }

  @Test
  @DisplayName("the longest due comes first, and never more than asked for")
  final void claim_orderAndLimit() {
    for (int seconds : new int[] {7, 3, 9, 1, 5}) {
      accept(key("s" + seconds), entry -> dueAt(entry, START.plusSeconds(seconds)));
    }
    time.set(START.plusSeconds(8));
    assertEquals(List.of(key("s1"), key("s3"), key("s5")), claimedKeys(claim(3, FIRST_WORK)));
    assertEquals(List.of(key("s7")), claimedKeys(claim(3, FIRST_WORK)));
    assertEquals(List.of(), claim(3, FIRST_WORK));
  }

  @Test
  @DisplayName("the longest due comes first across all the work asked for")
  final void claim_orderAcrossWork() {
    accept(key("s1"), entry -> dueAt(entry, START.plusSeconds(1)));
    accept(key("s2"), entry -> withStage(dueAt(entry, START.plusSeconds(2)), "photos", "index", 2));
    accept(key("s3"), entry -> dueAt(entry, START.plusSeconds(3)));
    time.set(START.plusSeconds(8));
    assertEquals(List.of(key("s1"), key("s2")), claimedKeys(claim(2, SECOND_WORK, FIRST_WORK)));
  }

  @Test
  @DisplayName("nothing is claimed but the work asked for: pipeline, stage and contract version")
  final void claim_onlyRequested() {
    accept(key("other-pipeline"), entry -> withStage(entry, "videos", "resize", 1));
    accept(key("other-stage"), entry -> withStage(entry, "photos", "index", 1));
    accept(key("other-version"), entry -> withStage(entry, "photos", "resize", 2));
    acceptAs(key("other-kind"), State.PROCESSED);
    accept("mine");
    assertEquals(List.of(), claim(10));
    assertEquals(List.of(key("mine")), claimedKeys(claim(10, FIRST_WORK)));
    WorkRef other = new WorkRef("photos", Optional.of(new StageRef("resize", 2)));
    assertEquals(
        Set.of(key("other-version"), key("other-kind")),
        Set.copyOf(claimedKeys(claim(10, other, VERIFICATION))));
  }

  @Test
  @DisplayName("entries that are neither in flight nor due are never claimed")
  final void claim_onlyInFlight() {
    for (State state : State.values()) {
      if (!state.isInFlight()) {
        acceptAs(key(state.name()), state);
      }
    }
    time.advance(Duration.ofDays(400));
    assertEquals(List.of(), claim(100, FIRST_WORK, SECOND_WORK, VERIFICATION));
  }

  @Test
  @DisplayName("a running lease is left alone; one that ran out is taken over, telling from whom")
  final void takeover_tellsFrom() {
    acceptAs(key("p"), State.PROCESSED);
    accept("a");
    List<Claimed> first = claim(10, FIRST_WORK, VERIFICATION);
    assertEquals(2, first.size());
    time.advance(LEASE.minusMillis(1));
    assertEquals(List.of(), claim(10, FIRST_WORK, VERIFICATION));
    time.advance(Duration.ofMillis(1));
    ClaimRequest request =
        new ClaimRequest(new NodeId("node-2"), "2.0", Set.of(FIRST_WORK, VERIFICATION), 10, LEASE);
    List<Claimed> second = work().claim(request);
    assertEquals(2, second.size());
    for (Claimed taken : second) {
      Entry old = find(first, taken.entry().key());
      assertEquals(old.position().lease(), taken.takenFrom());
      assertEquals(old.version() + 1, taken.entry().version());
      assertEquals(2, taken.entry().position().fence());
      assertEquals(2, taken.entry().run().attempts());
      assertEquals(old.state(), taken.entry().state());
      assertEquals(new NodeId("node-2"), taken.entry().position().lease().orElseThrow().node());
    }
  }

  @Test
  @DisplayName("the fence rises by one at each claim, after takeover, hand-back, work and decision")
  final void fence_risesByOne() {
    accept("a");
    assertEquals(1, claimOne(FIRST_WORK).entry().position().fence());
    time.advance(LEASE);
    Entry taken = claimOne(FIRST_WORK).entry();
    assertEquals(2, taken.position().fence());
    assertApplied(work().handBack(List.of(held(taken))).get(0));
    Entry again = claimOne(FIRST_WORK).entry();
    assertEquals(3, again.position().fence());
    apply(transitions.stageDone(again, Optional.of(Transitions.SECOND_STAGE)));
    Entry second = claimOne(SECOND_WORK).entry();
    assertEquals(4, second.position().fence());
    apply(transitions.stageDone(second, Optional.empty()));
    Entry verifying = claimOne(VERIFICATION).entry();
    assertEquals(5, verifying.position().fence());
    apply(transitions.move(verifying, State.FAILED));
    apply(transitions.move(find(key("a")), State.ACCEPTED));
    assertEquals(6, claimOne(FIRST_WORK).entry().position().fence());
  }

  @Test
  @DisplayName("a lease that ran out still commits while nobody has taken it")
  final void expiredLease_stillCommits() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    time.advance(LEASE.multipliedBy(3));
    assertEquals(State.PROCESSED, apply(transitions.stageDone(leased, Optional.empty())).state());
  }

  @Test
  @DisplayName("after a takeover the old token is FENCED for commit, renewal and hand-back")
  final void oldToken_fenced() {
    accept("a");
    Entry old = claimOne(FIRST_WORK).entry();
    time.advance(LEASE);
    Entry current = claimOne(FIRST_WORK).entry();
    assertRefused(Reason.FENCED, commit(transitions.stageDone(old, Optional.empty())));
    assertRefused(Reason.FENCED, work().renew(List.of(held(old)), LEASE).get(0));
    assertRefused(Reason.FENCED, work().handBack(List.of(held(old))).get(0));
    assertEquals(current, find(key("a")));
    assertApplied(commit(transitions.stageDone(current, Optional.empty())));
  }

  @Test
  @DisplayName("a renewal runs from now, also of a lease that ran out, and keeps the version")
  final void renew_extends() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    for (Duration later : List.of(Duration.ofSeconds(20), LEASE.multipliedBy(2))) {
      time.advance(later);
      assertApplied(work().renew(List.of(held(leased)), LEASE).get(0));
      Entry renewed = find(key("a"));
      Instant until = time.instant().plus(LEASE);
      assertEquals(until, renewed.position().visibleAt());
      assertEquals(until, renewed.position().lease().orElseThrow().until());
      assertEquals(leased.version(), renewed.version());
      assertEquals(leased.run(), renewed.run());
      assertEquals(leased.position().fence(), renewed.position().fence());
      assertEquals(List.of(), claim(1, FIRST_WORK));
    }
    assertApplied(commit(transitions.stageDone(leased, Optional.empty())));
    assertRefused(Reason.FENCED, work().renew(List.of(held(leased)), LEASE).get(0));
    assertEquals(1, history(key("a")).size() - 1, "a renewal writes no history row");
  }

  @Test
  @DisplayName("a hand-back refunds the attempt, is due at once, and raises the version")
  final void handBack_refunds() {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    time.advance(Duration.ofSeconds(3));
    assertApplied(work().handBack(List.of(held(leased))).get(0));
    Entry back = find(key("a"));
    assertEquals(
        leased.with(
            new Position(State.ACCEPTED, 3, time.instant(), 1, Optional.empty()),
            leased.run().withAttempts(0)),
        back);
    assertEquals(1, history(key("a")).size(), "a hand-back writes no history row");
    assertRefused(Reason.FENCED, work().handBack(List.of(held(leased))).get(0));
    Claimed again = claimOne(FIRST_WORK);
    assertEquals(Optional.empty(), again.takenFrom());
    assertEquals(1, again.entry().run().attempts());
  }

  @Test
  @DisplayName("a hand-back of a verification leaves the entry PROCESSED")
  final void handBackProcessed_staysProcessed() {
    acceptAs(key("a"), State.PROCESSED);
    Entry leased = claimOne(VERIFICATION).entry();
    assertApplied(work().handBack(List.of(held(leased))).get(0));
    Entry back = find(key("a"));
    assertEquals(State.PROCESSED, back.state());
    assertEquals(0, back.run().attempts());
    assertEquals(Optional.empty(), back.position().lease());
    assertEquals(key("a"), claimOne(VERIFICATION).entry().key());
  }

  @Test
  @DisplayName("renewals and hand-backs are positional; unknown sequences are ABSENT")
  final void batches_positional() {
    accept("a");
    accept("b");
    accept("c");
    List<Claimed> claimed = claim(10, FIRST_WORK);
    Held a = held(find(claimed, key("a")));
    Held b = held(find(claimed, key("b")));
    Held wrong = new Held(key("c"), new LeaseToken(store().incarnation(), 9));
    Held absent = new Held(key("nobody"), a.token());
    List<Outcome> renewed = work().renew(List.of(absent, a, wrong, b), LEASE);
    assertEquals(4, renewed.size());
    assertRefused(Reason.ABSENT, renewed.get(0));
    assertApplied(renewed.get(1));
    assertRefused(Reason.FENCED, renewed.get(2));
    assertApplied(renewed.get(3));
    List<Outcome> back = work().handBack(List.of(b, wrong, absent, a));
    assertEquals(4, back.size());
    assertApplied(back.get(0));
    assertRefused(Reason.FENCED, back.get(1));
    assertRefused(Reason.ABSENT, back.get(2));
    assertApplied(back.get(3));
    assertEquals(State.PROCESSING, find(key("c")).state());
  }

  @Test
  @DisplayName("batches of renewals and hand-backs may be empty, and no larger than declared")
  final void batchSize_enforced() {
    assertEquals(List.of(), work().renew(List.of(), LEASE));
    assertEquals(List.of(), work().handBack(List.of()));
    int most = store().capabilities().maxBatch();
    if (most < 100_000) {
      List<Held> tooMany =
          IntStream.rangeClosed(0, most)
              .mapToObj(i -> new Held(key("k" + i), new LeaseToken(store().incarnation(), 1)))
              .toList();
      assertThrows(InvalidValueException.class, () -> work().renew(tooMany, LEASE));
      assertThrows(InvalidValueException.class, () -> work().handBack(tooMany));
    }
    assertTrue(most >= 1);
  }

  @Test
  @DisplayName("leases survive a reopen of a durable ledger")
  final void leaseReopened_kept() throws Exception {
    accept("a");
    Entry leased = claimOne(FIRST_WORK).entry();
    reopen();
    Optional<Entry> found = ledger().find(List.of(key("a"))).get(0);
    assertTrue(found.isPresent() || !store().capabilities().durable());
    if (found.isPresent()) {
      assertEquals(leased, found.get());
      assertApplied(commit(transitions.stageDone(leased, Optional.empty())));
    } else {
      assertRefused(Reason.ABSENT, work().renew(List.of(held(leased)), LEASE).get(0));
    }
  }

  @Test
  @DisplayName("concurrent claimers never get the same entry, and together get all")
  final void claimRace_disjoint() {
    List<SequenceKey> keys =
        IntStream.range(0, 200).mapToObj(i -> key(String.format("%03d", i))).toList();
    acceptAll(keys, entry -> entry);
    List<List<SequenceKey>> shares =
        Race.run(
            4,
            thread ->
                () -> {
                  List<SequenceKey> mine = new ArrayList<>();
                  List<Claimed> claimed = claim(7, FIRST_WORK);
                  while (!claimed.isEmpty()) {
                    assertTrue(claimed.size() <= 7, "never more than asked for");
                    mine.addAll(claimedKeys(claimed));
                    claimed = claim(7, FIRST_WORK);
                  }
                  return mine;
                });
    assertEquals(keys, shares.stream().flatMap(List::stream).sorted().toList());
    for (SequenceKey key : keys) {
      assertEquals(1, find(key).position().fence());
    }
  }

  @Test
  @DisplayName(
      "under a storm of claims, renewals, hand-backs and commits one token commits at most once")
  final void fuzz_oneCommitPerToken() {
    new WorkFuzz(this, 11).run();
  }
}
