package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkQueue.Subscription;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holders that pause, nodes with wrong clocks, and idle nodes meet. */
abstract class LeaseCases extends FairClaimCases {

  @Test
  @DisplayName("a lease that ran out raises the fence when its own node takes it again")
  final void reclaimByItsOwnNode_fenced() {
    accept("a");
    Entry old = claimOne(FIRST_WORK).entry();
    time.advance(LEASE);
    Claimed again = claimOne(FIRST_WORK);
    assertEquals(old.position().lease(), again.takenFrom());
    assertEquals(old.position().fence() + 1, again.entry().position().fence());
    assertEquals(old.version() + 1, again.entry().version());
    assertRefused(Reason.FENCED, commit(transitions.stageDone(old, Optional.empty())));
    assertRefused(Reason.FENCED, work().renew(List.of(held(old)), LEASE).get(0));
    assertEquals(again.entry(), find(key("a")));
    assertApplied(commit(transitions.stageDone(again.entry(), Optional.empty())));
  }

  @Test
  @DisplayName(
      "a paused holder is FENCED after the takeover, after the next holder finished, and later")
  final void pausedHolder_fencedForEver() {
    accept("a");
    Entry paused = claimOne(FIRST_WORK).entry();
    Transition late = transitions.stageDone(paused, Optional.of(Transitions.SECOND_STAGE));
    time.advance(LEASE.plusSeconds(1));
    Entry taken = claimOne(FIRST_WORK).entry();
    assertFenced(paused, late);
    apply(transitions.stageDone(taken, Optional.of(Transitions.SECOND_STAGE)));
    assertFenced(paused, late);
    Entry second = claimOne(SECOND_WORK).entry();
    assertFenced(paused, late);
    assertFenced(taken, transitions.stageDone(taken, Optional.empty()));
    apply(transitions.stageDone(second, Optional.empty()));
    assertFenced(paused, late);
    apply(transitions.move(find(key("a")), State.VERIFIED));
    assertFenced(paused, late);
    assertFenced(second, transitions.stageDone(second, Optional.of(Transitions.SECOND_STAGE)));
    assertEquals(4, history(key("a")).size());
  }

  @Test
  @DisplayName("a paused holder is FENCED after the next holder handed the sequence back")
  final void pausedHolderAfterHandBack_fenced() {
    accept("a");
    Entry paused = claimOne(FIRST_WORK).entry();
    time.advance(LEASE);
    Entry taken = claimOne(FIRST_WORK).entry();
    assertApplied(work().handBack(List.of(held(taken))).get(0));
    assertFenced(paused, transitions.stageDone(paused, Optional.empty()));
    assertFenced(taken, transitions.stageDone(taken, Optional.empty()));
    assertEquals(3, claimOne(FIRST_WORK).entry().position().fence());
  }

  /** Tries all that a holder can try, with what it read then and with what it reads now. */
  private void assertFenced(Entry leased, Transition late) {
    Entry before = find(leased.key());
    assertRefused(Reason.FENCED, commit(late));
    Position now = before.position();
    State free = now.state() == State.PROCESSING ? State.ACCEPTED : now.state();
    Entry pretended =
        before.withPosition(
            new Position(free, now.version(), now.visibleAt(), now.fence(), Optional.empty()));
    Guard reread = new Guard.WithLease(tokenOf(leased), now.version());
    assertRefused(
        Reason.FENCED,
        commit(transitions.change(before, reread, TransitionKind.STAGE_RETRIED, pretended)));
    assertRefused(Reason.FENCED, work().renew(List.of(held(leased)), LEASE).get(0));
    assertRefused(Reason.FENCED, work().handBack(List.of(held(leased))).get(0));
    assertEquals(before, find(leased.key()), "the paused holder changed nothing");
  }

  @Test
  @DisplayName("leases run by the ledger's clock, for nodes ten minutes fast or slow alike")
  final void skewedNodes_leasesByTheLedgersClock() {
    Map<Duration, Transitions> nodes = new LinkedHashMap<>();
    for (int minutes : new int[] {10, -10}) {
      Duration skew = Duration.ofMinutes(minutes);
      nodes.put(skew, new Transitions(100 + minutes, () -> time.instant().plus(skew)));
    }
    for (Duration first : nodes.keySet()) {
      for (Duration second : nodes.keySet()) {
        Instant begin = time.advance(Duration.ofHours(1));
        SequenceKey key = key("k" + first + second);
        accept(key);
        Transitions mine = nodes.getOrDefault(first, transitions);
        Transitions theirs = nodes.getOrDefault(second, transitions);
        Entry leased = claimBy("node" + first, key).entry();
        assertEquals(begin.plus(LEASE), leased.position().lease().orElseThrow().until());
        Entry marked = apply(mine.mark(leased, marks -> marks.withOverdue(true)));
        assertEquals(leased.position().lease(), marked.position().lease());
        assertEquals(leased.position().visibleAt(), marked.position().visibleAt());
        time.set(begin.plus(LEASE).minusMillis(1));
        assertEquals(List.of(), work().claim(request("other" + second, 9)));
        time.advance(Duration.ofMillis(1));
        Claimed taken = claimBy("other" + second, key);
        assertEquals(marked.position().lease(), taken.takenFrom());
        assertEquals(
            begin.plus(LEASE).plus(LEASE),
            taken.entry().position().lease().map(Lease::until).orElseThrow());
        assertRefused(Reason.FENCED, commit(mine.stageDone(marked, Optional.empty())));
        assertApplied(work().handBack(List.of(held(taken.entry()))).get(0));
        assertEquals(time.instant(), find(key).position().visibleAt());
        Entry again = claimBy("node" + first, key).entry();
        assertApplied(commit(theirs.stageDone(again, Optional.empty())));
        assertEquals(time.instant(), ledger().now());
      }
    }
  }

  private Claimed claimBy(String node, SequenceKey key) {
    List<Claimed> claimed = work().claim(request(node, 9));
    assertEquals(List.of(key), claimedKeys(claimed));
    return claimed.get(0);
  }

  private static ClaimRequest request(String node, int limit) {
    return new ClaimRequest(new NodeId(node), "1.0", Set.of(FIRST_WORK), limit, LEASE);
  }

  @Test
  @DisplayName("200 leases are renewed in one call, and those that were lost are named and left")
  final void renewMany_someLost() {
    int count = Math.min(200, store().capabilities().maxBatch());
    List<SequenceKey> keys =
        IntStream.range(0, count).mapToObj(i -> key(String.format("%03d", i))).toList();
    acceptAll(keys, entry -> entry);
    List<Entry> leased = claimAll(count);
    List<Entry> lost = leased.stream().filter(entry -> numberOf(entry) % 5 == 0).toList();
    time.advance(Duration.ofSeconds(10));
    List<Held> back = lost.stream().map(LedgerFixture::held).toList();
    work().handBack(back).forEach(LedgerFixture::assertApplied);
    List<Entry> others = claimAll(lost.size());
    time.advance(Duration.ofSeconds(10));
    List<Entry> order = shuffled(leased, new SplittableRandom(3));
    List<Outcome> outcomes = work().renew(order.stream().map(LedgerFixture::held).toList(), LEASE);
    assertEquals(count, outcomes.size());
    for (int i = 0; i < count; i++) {
      Entry before = order.get(i);
      Entry now = find(before.key());
      if (lost.contains(before)) {
        assertRefused(Reason.FENCED, outcomes.get(i));
        assertEquals(entryOf(others, now.key()), now);
      } else {
        assertApplied(outcomes.get(i));
        assertEquals(time.instant().plus(LEASE), now.position().visibleAt());
        assertEquals(before.version(), now.version());
        assertEquals(tokenOf(before), tokenOf(now));
      }
    }
    time.set(START.plusSeconds(10).plus(LEASE));
    assertEquals(
        others.stream().map(Entry::key).sorted().toList(),
        claimAll(lost.size()).stream().map(Entry::key).sorted().toList(),
        "the renewed ones run on");
  }

  private static int numberOf(Entry entry) {
    return Integer.parseInt(entry.key().id().value());
  }

  private static Entry entryOf(List<Entry> entries, SequenceKey key) {
    return entries.stream().filter(entry -> entry.key().equals(key)).findFirst().orElseThrow();
  }

  /** Claims until as many are leased as there must be due. */
  private List<Entry> claimAll(int count) {
    List<Entry> leased = new ArrayList<>();
    while (leased.size() < count) {
      List<Claimed> claimed = claim(count - leased.size(), FIRST_WORK);
      assertFalse(claimed.isEmpty(), "a claim is empty though something is due");
      claimed.forEach(one -> leased.add(one.entry()));
    }
    return leased;
  }

  @Test
  @DisplayName("a hand-back refunds the one attempt that its claim charged, and no other")
  final void handBack_refundsItsAttempt() {
    accept("a");
    Entry first = claimOne(FIRST_WORK).entry();
    time.advance(LEASE);
    Entry second = claimOne(FIRST_WORK).entry();
    time.advance(LEASE);
    Entry third = claimOne(FIRST_WORK).entry();
    assertEquals(3, third.run().attempts());
    assertRefused(Reason.FENCED, work().handBack(List.of(held(first))).get(0));
    assertRefused(Reason.FENCED, work().handBack(List.of(held(second))).get(0));
    assertEquals(3, find(key("a")).run().attempts());
    assertApplied(work().handBack(List.of(held(third))).get(0));
    assertEquals(2, find(key("a")).run().attempts());
    assertRefused(Reason.FENCED, work().handBack(List.of(held(third))).get(0));
    assertEquals(2, find(key("a")).run().attempts());
    assertEquals(3, claimOne(FIRST_WORK).entry().run().attempts());
  }

  @Test
  @DisplayName("whoever registered for arrivals is told after an acceptance and after a hand-back")
  final void arrival_hinted() throws Exception {
    Semaphore told = new Semaphore(0);
    try (Subscription registered = work().onArrival(told::release)) {
      assertHinted(told, i -> accept("a" + i), registered);
    }
    Semaphore toldOfReturn = new Semaphore(0);
    Entry leased = claim(1, FIRST_WORK).get(0).entry();
    List<Entry> held = new ArrayList<>(List.of(leased));
    try (Subscription registered = work().onArrival(toldOfReturn::release)) {
      assertHinted(
          toldOfReturn,
          i -> {
            assertApplied(work().handBack(List.of(held(held.get(i)))).get(0));
            held.add(claim(1, FIRST_WORK).get(0).entry());
          },
          registered);
    }
  }

  @Test
  @DisplayName("a registration that was closed is told nothing more, and closes no other")
  final void closedRegistration_silent() throws Exception {
    AtomicInteger silent = new AtomicInteger();
    Runnable hint = silent::incrementAndGet;
    Subscription closed = work().onArrival(hint);
    closed.close();
    closed.close();
    Semaphore told = new Semaphore(0);
    Runnable shared = told::release;
    Subscription twin = work().onArrival(shared);
    try (Subscription open = work().onArrival(shared)) {
      twin.close();
      assertHinted(told, i -> accept("a" + i), open);
      told.drainPermits();
      assertHinted(told, i -> accept("b" + i), open);
    }
    assertEquals(0, silent.get());
  }

  /** A hint may get lost, but not all of them: makes work due again and again until one comes. */
  private static void assertHinted(Semaphore told, IntConsumer makeDue, Subscription registered)
      throws InterruptedException {
    for (int i = 0; i < 10; i++) {
      makeDue.accept(i);
      if (told.tryAcquire(500, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    throw new AssertionError("10 times work became due, and no hint came to " + registered);
  }
}
