package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.StageCancelledException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One lease that is held: when it is active, what ends it, and who may claim it anew. */
final class GripTest {

  private static final Duration ACTIVE = Duration.ofMillis(29_970);

  private final Bench bench = new Bench();
  private final CountedLedger ledger = new CountedLedger(bench.watchedLedger);
  private final Engine engine = bench.engine(ledger, bench.watchedContent, Bench.copying());
  private final HeldLeases leases = engine.leases();

  private HeldLeases.Grip hold(SequenceKey key, long fence) {
    return leases.hold(key, new LeaseToken(ledger.incarnation(), fence), elapsed());
  }

  private long elapsed() {
    return engine.node().seams().elapsed().getAsLong();
  }

  /** Holds a lease that the ledger gave to this node. */
  private HeldLeases.Grip claimed() {
    Bench.submit(engine, RIDE, "a", "x");
    assertEquals(1, engine.worker().tick());
    return hold(RIDE, bench.entry(RIDE).position().fence());
  }

  @Test
  void leaseIsActive_forItsTimeLessAThousandthAndNoLonger() {
    HeldLeases.Grip grip = hold(RIDE, 1);
    bench.time.advance(ACTIVE.minusMillis(1));
    assertTrue(grip.isActive());
    grip.checkActive();
    bench.time.advance(Duration.ofMillis(1));
    assertFalse(grip.isActive());
    assertFalse(grip.isLost(), "nobody has taken it");
    assertMessage(grip, "was not renewed for 29970 ms");
  }

  @Test
  void leaseClaimedAnew_isTheOnlyOneThatIsActive() {
    HeldLeases.Grip before = hold(RIDE, 1);
    HeldLeases.Grip after = hold(RIDE, 2);
    assertTrue(before.isLost());
    assertFalse(before.isActive());
    assertMessage(before, "is lost");
    assertTrue(after.isActive());
    leases.release(before);
    assertEquals(1, leases.size(), "the later one stays");
  }

  @Test
  void nodeThatStops_cancelsWhatIsStillItsOwn() {
    HeldLeases.Grip grip = hold(RIDE, 1);
    leases.cancelAll();
    assertFalse(grip.isActive());
    assertFalse(grip.isLost());
    assertMessage(grip, "is handed back");
  }

  private static void assertMessage(HeldLeases.Grip grip, String words) {
    StageCancelledException cancelled =
        assertThrows(StageCancelledException.class, grip::checkActive);
    String message = String.valueOf(cancelled.getMessage());
    assertTrue(message.contains(words) && message.contains("ride-1"), message);
  }

  @Test
  void renewals_areInTheOrderOfTheirKeys() {
    IntStream.range(0, 40).forEach(i -> hold(SequenceKey.of("alice", "ride-" + i * 7 % 40), 1));
    leases.tick();
    List<SequenceKey> asked = ledger.renewals.get(0).stream().map(Held::key).toList();
    assertEquals(40, asked.size());
    assertEquals(asked.stream().sorted().toList(), asked, "nodes lock rows in one order");
  }

  @Test
  void leaseThatRanOutInAnOutage_isNotClaimedAnewBeforeTheLedgerAnswers() {
    claimed();
    ledger.onRenew =
        () -> {
          throw new LedgerException("connection refused");
        };
    assertThrows(LedgerException.class, leases::tick);
    assertFalse(leases.mayClaimItsOwn(), "it has not run out");
    bench.time.advance(ACTIVE);
    assertTrue(leases.mayClaimItsOwn());
    assertEquals(0, engine.worker().tick());
    ledger.onRenew = () -> assertTrue(leases.mayClaimItsOwn(), "a renewal is under way");
    assertEquals(1, leases.tick());
    assertFalse(leases.mayClaimItsOwn(), "it was renewed");
    bench.time.advance(ACTIVE);
    assertFalse(leases.mayClaimItsOwn(), "the last renewal was answered");
  }

  @Test
  void leaseThatIsLost_keepsNothingFromBeingClaimed() {
    hold(RIDE, 1).lose();
    ledger.onRenew =
        () -> {
          throw new LedgerException("connection refused");
        };
    assertThrows(LedgerException.class, leases::tick);
    bench.time.advance(Duration.ofSeconds(31));
    assertFalse(leases.mayClaimItsOwn());
  }

  @Test
  void leaseGivenUp_isHandedBackOnceAndIsRenewedMeanwhile() {
    leases.giveUp(claimed());
    assertEquals(1, leases.tick());
    assertEquals(1, leases.handBack());
    assertEquals(0, leases.size());
    assertEquals(0, leases.handBack());
    assertEquals(1, ledger.handBacks.size());
  }

  @Test
  void leaseGivenUpThatIsLost_isForgottenAndNotHandedBack() {
    HeldLeases.Grip grip = hold(RIDE, 1);
    grip.lose();
    leases.giveUp(grip);
    assertEquals(0, leases.size());
    assertEquals(0, leases.handBack());
    assertEquals(List.of(), ledger.handBacks);
  }

  @Test
  void leaseThatTheLedgerDoesNotTakeBack_isNotCounted() {
    leases.giveUp(hold(RIDE, 1));
    assertEquals(0, leases.handBack());
    assertEquals(1, ledger.handBacks.size());
    assertEquals(0, leases.size());
  }

  @Test
  void leaseThatIsLeft_runsForItsTimeAndIsRenewedNoMore() {
    HeldLeases.Grip grip = claimed();
    leases.leave(grip, Duration.ofMinutes(10));
    assertEquals(0, leases.size());
    assertEquals(0, leases.tick());
    bench.time.advance(Duration.ofMinutes(10).minusMillis(601));
    assertTrue(grip.isActive());
    bench.time.advance(Duration.ofMillis(1));
    assertFalse(grip.isActive());
  }

  @Test
  void leaseThatTheLedgerDoesNotExtend_isLostAndNotHeld() {
    HeldLeases.Grip grip = hold(RIDE, 1);
    assertThrows(StageCancelledException.class, () -> leases.leave(grip, Duration.ofMinutes(10)));
    assertTrue(grip.isLost());
    assertEquals(0, leases.size());
  }

  @Test
  void leaseWhoseExtensionIsNotKnown_isHeldAsBefore() {
    HeldLeases.Grip grip = claimed();
    ledger.onRenew =
        () -> {
          throw new LedgerException("connection refused");
        };
    assertThrows(OutcomeUnknownException.class, () -> leases.leave(grip, Duration.ofMinutes(10)));
    assertEquals(1, leases.size());
    assertFalse(grip.isLost());
    ledger.onRenew = () -> {};
    assertEquals(1, leases.tick());
  }

  @Test
  void leaseClaimedAnewWhileItsExtensionIsAsked_isLost() {
    HeldLeases.Grip grip = claimed();
    ledger.onRenew =
        () -> {
          if (leases.size() == 0) {
            hold(RIDE, 9);
          }
          throw new LedgerException("connection refused");
        };
    assertThrows(OutcomeUnknownException.class, () -> leases.leave(grip, Duration.ofMinutes(10)));
    assertTrue(grip.isLost());
    assertEquals(1, leases.size());
  }

  @Test
  void roundsOfOtherThreads_goOnAfterARoundAndALeave() throws Exception {
    HeldLeases.Grip grip = claimed();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      assertEquals(1, leases.tick());
      assertEquals(1, other.submit(leases::tick).get(30, TimeUnit.SECONDS));
      leases.leave(grip, Duration.ofMinutes(1));
      assertEquals(0, other.submit(leases::tick).get(30, TimeUnit.SECONDS));
    } finally {
      other.shutdownNow();
    }
  }
}
