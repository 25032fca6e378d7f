package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ticks of several pages: at one sequence a second a page has ten, and time passes meanwhile. */
final class ExpirerPagesTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "a good reason");
  private static final int SEQUENCES = 25;

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final ContentPurger slowPurger =
      permit -> {
        bench.time.advance(Duration.ofSeconds(1));
        return bench.watchedContent.delete(permit);
      };

  private Expirer slow(ContentStore content) {
    care.policy = care.policy.withPerSecond(1);
    Expirer expirer = care.expirer(bench.watchedLedger, content, slowPurger);
    expirer.tick();
    return expirer;
  }

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private void verified() {
    IntStream.range(0, SEQUENCES).forEach(i -> care.verified(ride(i)));
  }

  private void assertAll(State state) {
    IntStream.range(0, SEQUENCES).forEach(i -> assertEquals(state, bench.state(ride(i))));
    bench.checkInvariants();
  }

  @Test
  void expiriesOfSeveralPages_areAllCounted() {
    verified();
    Expirer expirer = slow(bench.watchedContent);
    bench.time.advance(DUE);
    assertEquals(SEQUENCES, expirer.tick());
    assertAll(State.EXPIRED);
  }

  @Test
  void disposalsOfSeveralPages_areAllCounted() {
    verified();
    Expirer expirer = slow(bench.watchedContent);
    eraseAll();
    assertEquals(SEQUENCES, expirer.tick());
    assertAll(State.DISCARDED);
  }

  private void eraseAll() {
    for (int i = 0; i < SEQUENCES; i++) {
      care.engine
          .committer()
          .apply(bench.entry(ride(i)), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    }
    bench.time.advance(Duration.ofSeconds(10));
  }

  @Test
  void storeThatGoesOutAfterAPage_endsTheTickThatCountsWhatIsGone() {
    verified();
    care.policy = care.policy.withPerSecond(1);
    AtomicInteger asked = new AtomicInteger();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              if (asked.incrementAndGet() > 20) {
                throw new ContentException("out");
              }
              return slowPurger.delete(permit);
            });
    expirer.tick();
    eraseAll();
    assertEquals(10, expirer.tick(), "raw bytes and results of ten");
    assertEquals(30, asked.get());
    bench.checkInvariants();
  }

  @Test
  void strictDiscardsOfSeveralPages_areAllCounted() {
    care.policy = care.policy.withUnproven(Unproven.DISCARD);
    IntStream.range(0, SEQUENCES).forEach(i -> Bench.submit(care.engine, ride(i), "a", "x"));
    Expirer expirer = slow(bench.watchedContent);
    bench.time.advance(DUE.minusSeconds(20));
    care.sentinel().tick();
    assertEquals(0, expirer.tick());
    bench.time.advance(Duration.ofSeconds(20));
    assertEquals(SEQUENCES, expirer.tick());
    assertAll(State.DISCARDED);
  }

  @Test
  void storeThatIsOut_isLeftAfterOnePage() {
    verified();
    AtomicInteger asked = new AtomicInteger();
    ContentStore out =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              asked.incrementAndGet();
              bench.time.advance(Duration.ofSeconds(1));
              throw new ContentException("out");
            });
    Expirer expirer = slow(out);
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(10, asked.get());
    assertAll(State.VERIFIED);
  }

  @Test
  void nodeThatLosesItsTurnDuringAProof_letsNothingGo() {
    IntStream.range(0, 3).forEach(i -> care.verified(ride(i)));
    WatcherLease theirs = theirLease();
    ContentStore slow =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              bench.time.advance(Duration.ofSeconds(100));
              theirs.tryHold();
            });
    Expirer expirer = care.expirer(bench.watchedLedger, slow, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertThrows(IncompleteTickException.class, expirer::tick);
    IntStream.range(0, 3).forEach(i -> assertEquals(State.VERIFIED, bench.state(ride(i))));
  }

  @Test
  void nodeOfAnotherPolicy_givesItsTurnAwayAtOnceAndSaysWhatToDo() {
    care.engine.acting().changeExpiry(care.policy, CAROL, false);
    Expirer earlier = care.expirer();
    earlier.tick();
    WatcherLease theirs = theirLease();
    assertFalse(theirs.tryHold());
    care.engine.acting().changeExpiry(care.policy.withGrace(DUE), CAROL, false);
    earlier.tick();
    assertTrue(theirs.tryHold());
    assertTold("EXPIRY_POLICY_DIFFERS", "deletes nothing: the expiry policy of this engine is");
  }

  @Test
  void doubts_areToldWithTheirEnd() {
    care.verified(RIDE);
    Expirer expirer = care.expirer();
    expirer.tick();
    expirer.release();
    bench.time.advance(DUE);
    care.engine.acting().beginIncarnation(CAROL, false);
    care.expirer().tick();
    assertTold("CLOCK_UNCERTAIN", "nothing is deleted until it agrees or is confirmed");
    assertTold("INCARNATION_CHANGED", "nothing is deleted until that is confirmed");
  }

  private void assertTold(String code, String words) {
    assertTrue(
        bench.ledger.pendingAlerts().stream()
            .anyMatch(row -> row.group().code().equals(code) && row.message().contains(words)),
        () -> bench.ledger.pendingAlerts().toString());
  }

  @Test
  void expiryOfWhatIsProven_raisesNothing() {
    care.verified(RIDE);
    AtomicInteger raised = new AtomicInteger();
    FaultingLedger heard =
        new FaultingLedger(
            bench.watchedLedger,
            call -> {
              raised.addAndGet(call.method().equals("raise") ? 1 : 0);
              return Fault.NONE;
            });
    Expirer expirer = care.expirer(heard, bench.watchedContent, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(1, expirer.tick());
    assertEquals(0, raised.get());
  }

  private WatcherLease theirLease() {
    Node other = bench.node(bench.watchedLedger, bench.watchedContent);
    return new WatcherLease(other.ledger(), Watcher.EXPIRER, new NodeId("other"), other.seams());
  }
}
