package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The exact moments at which a watcher's lease and beats change hands, and what they cost. */
final class WatcherLeaseLimitsTest {

  private static final Duration LEASE = Watcher.SENTINEL.lease().orElseThrow();
  private static final Duration PERIOD = Watcher.SENTINEL.period();
  private static final Duration MILLI = Duration.ofMillis(1);

  private final ManualTime time = new ManualTime(Bench.START);
  private final ManualTime monotonic = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final FaultPlan calls = new FaultPlan();
  private boolean stops;
  private final Seams seams =
      new Seams(monotonic, new SplittableRandom(1)::nextLong, Runnable::run, wait -> !stops);
  private final LedgerStore counted = new FaultingLedger(ledger, calls);
  private final WatcherLease one = lease(counted, Watcher.SENTINEL, "node-1");
  private final WatcherLease two = lease(ledger, Watcher.SENTINEL, "node-2");

  private WatcherLease lease(LedgerStore store, Watcher watcher, String node) {
    return new WatcherLease(store, watcher, new NodeId(node), seams);
  }

  private void pass(Duration passed) {
    time.advance(passed);
    monotonic.advance(passed);
  }

  private Optional<WatcherRecord> record(Watcher watcher) {
    return new WatcherRecords(ledger).read(watcher).record();
  }

  private long beats(Watcher watcher) {
    return record(watcher).orElseThrow().beats();
  }

  private int cost(Runnable step) {
    int before = calls.calls().size();
    step.run();
    return calls.calls().size() - before;
  }

  private static int failing() {
    throw new IllegalStateException("the tick fails");
  }

  @Test
  void tickThatEndsSinceTheNodeStops_isNeitherABeatNorAFailure() {
    stops = true;
    assertEquals(
        0,
        one.run(
            () -> {
              one.goOn();
              return 7;
            }));
    assertEquals(0, beats(Watcher.SENTINEL));
    stops = false;
    assertEquals(
        7,
        one.run(
            () -> {
              one.goOn();
              assertEquals(1, beats(Watcher.SENTINEL), "its steps beat");
              return 7;
            }));
  }

  @Test
  void stepAfterAnotherNodeTookTheTurn_endsTheTick() {
    IncompleteTickException ended =
        assertThrows(
            IncompleteTickException.class,
            () ->
                one.run(
                    () -> {
                      pass(LEASE);
                      assertTrue(two.tryHold());
                      one.goOn();
                      return 7;
                    }));
    assertEquals("another node has the turn; it goes on", ended.getMessage());
    assertFalse(ended.isStopping());
  }

  @Test
  void stepsAfterAFailedTick_endAfterFourLeaseTimesAndSayWhy() {
    assertThrows(IllegalStateException.class, () -> one.run(WatcherLeaseLimitsTest::failing));
    pass(LEASE.dividedBy(2));
    AtomicInteger steps = new AtomicInteger();
    IncompleteTickException ended =
        assertThrows(
            IncompleteTickException.class,
            () ->
                one.run(
                    () -> {
                      for (int i = 0; i < 7; i++) {
                        pass(LEASE.dividedBy(2));
                        one.goOn();
                        steps.incrementAndGet();
                      }
                      pass(MILLI);
                      one.goOn();
                      return 7;
                    }));
    assertEquals(7, steps.get());
    assertEquals(
        "ticks have failed for so long that another node gets the turn", ended.getMessage());
    assertEquals(0, beats(Watcher.SENTINEL));
  }

  @Test
  void failureOfATermBefore_isNoBeatAndNoEndOfALongTickUntilOneGetsThrough() {
    assertThrows(IllegalStateException.class, () -> one.run(WatcherLeaseLimitsTest::failing));
    pass(LEASE.plus(PERIOD));
    assertEquals(
        7,
        one.run(
            () -> {
              for (int step = 0; step < 20; step++) {
                one.goOn();
                assertFalse(two.tryHold());
                assertEquals(0, beats(Watcher.SENTINEL));
                pass(LEASE.dividedBy(2));
              }
              return 7;
            }));
    assertEquals(1, beats(Watcher.SENTINEL));
    pass(PERIOD);
    one.run(
        () -> {
          one.goOn();
          assertEquals(2, beats(Watcher.SENTINEL));
          return 7;
        });
  }

  @Test
  void keeping_costsNothingWithinAThirdOfTheLease() {
    assertTrue(one.tryHold());
    for (int i = 0; i < 3; i++) {
      pass(LEASE.dividedBy(3).minus(MILLI));
      assertEquals(0, cost(() -> assertTrue(one.keep())));
      pass(MILLI);
      assertTrue(cost(() -> assertTrue(one.keep())) > 0, "counted from when it was last kept");
    }
    pass(MILLI);
    assertTrue(one.tryHold());
    pass(LEASE.dividedBy(3).minus(MILLI));
    assertEquals(0, cost(() -> assertTrue(one.keep())), "counted from when the tick began");
  }

  @Test
  void whatIsNotHeld_isNotKeptAndNotAskedFor() {
    assertEquals(0, cost(() -> assertFalse(one.keep())));
    assertTrue(one.tryHold());
    one.release();
    assertEquals(0, cost(() -> assertFalse(one.keep())));
  }

  @Test
  void leaseThatAnotherNodeTook_isNotKept() {
    assertTrue(one.tryHold());
    pass(LEASE);
    assertTrue(two.tryHold());
    assertFalse(one.keep());
  }

  @Test
  void leaseWhoseRecordIsGone_isNotKept() {
    assertTrue(one.tryHold());
    ledger.controls().delete(WatcherRecord.key(Watcher.SENTINEL), 1);
    pass(LEASE.dividedBy(3));
    assertFalse(one.keep());
  }

  @Test
  void leaseTakenLate_isKeptForItsOwnTime() {
    pass(LEASE.multipliedBy(5));
    assertTrue(one.tryHold());
    pass(LEASE.dividedBy(3));
    assertTrue(one.keep());
  }

  @Test
  void beats_costNothingWithinAQuarterOfThePeriod() {
    assertTrue(one.tryHold());
    assertTrue(cost(() -> assertTrue(one.beat())) > 0);
    pass(PERIOD.dividedBy(4).minus(MILLI));
    assertEquals(0, cost(() -> assertTrue(one.beat())));
    pass(MILLI);
    assertTrue(cost(() -> assertTrue(one.beat())) > 0);
    assertEquals(2, beats(Watcher.SENTINEL));
  }

  @Test
  void beatWithoutTheLease_isAskedForEachTime() {
    assertTrue(two.tryHold());
    assertTrue(cost(() -> assertFalse(one.beat())) > 0);
    assertTrue(cost(() -> assertFalse(one.beat())) > 0);
    assertEquals(0, cost(() -> assertFalse(one.keep())));
  }

  @Test
  void leaseGivenBackAndTakenAnew_isBeatenAtOnce() {
    for (int i = 1; i <= 2; i++) {
      assertTrue(one.tryHold());
      assertTrue(one.beat());
      assertEquals(i, beats(Watcher.SENTINEL));
      one.release();
    }
  }

  @Test
  void releaseOfWhatNobodyHeld_beginsNoRecord() {
    one.release();
    assertEquals(Optional.empty(), record(Watcher.SENTINEL));
  }

  @Test
  void holderThatBeat_takesItsLeaseAnewAtItsEnd() {
    assertTrue(one.tryHold());
    assertTrue(one.beat());
    pass(LEASE);
    assertTrue(one.tryHold());
  }

  @Test
  void holderThatOnlyKeptItsLease_waitsForAPeriod() {
    assertTrue(one.tryHold());
    assertTrue(one.beat());
    pass(LEASE.dividedBy(3));
    assertTrue(one.keep());
    pass(LEASE);
    assertFalse(one.tryHold());
    pass(PERIOD.minus(MILLI));
    assertFalse(one.tryHold());
    pass(MILLI);
    assertTrue(one.tryHold());
  }

  @Test
  void recordThatCannotBeWritten_isTriedFourTimes() {
    AtomicInteger writes = new AtomicInteger();
    WatcherLease readOnly =
        lease(
            new FaultingLedger(
                counted,
                call -> {
                  boolean isWrite = call.method().equals("write");
                  writes.addAndGet(isWrite ? 1 : 0);
                  return isWrite ? new Fault.FailBefore() : Fault.NONE;
                }),
            Watcher.SENTINEL,
            "node-1");
    LedgerException error = assertThrows(LedgerException.class, readOnly::tryHold);
    assertEquals(Optional.empty(), record(Watcher.SENTINEL));
    assertEquals(4, writes.get());
    assertTrue(String.valueOf(error.getMessage()).contains("4 times in a row"), error::toString);
  }

  @Test
  void watcherWithoutALease_isEveryNodesAndCostsNothingBetweenBeats() {
    WatcherLease worker = lease(counted, Watcher.WORKER, "node-1");
    assertEquals(
        0,
        cost(
            () -> {
              assertTrue(worker.tryHold());
              assertTrue(worker.keep());
            }));
    assertEquals(0, worker.terms());
    assertTrue(worker.beat());
    assertTrue(worker.keep());
  }

  @Test
  void beatOfAnotherNode_countsForHalfAPeriod() {
    Duration half = Watcher.WORKER.period().dividedBy(2);
    assertTrue(lease(ledger, Watcher.WORKER, "node-1").beat());
    pass(half.minus(MILLI));
    assertTrue(lease(ledger, Watcher.WORKER, "node-2").beat());
    assertEquals(1, beats(Watcher.WORKER));
    pass(MILLI);
    assertTrue(lease(ledger, Watcher.WORKER, "node-2").beat());
    assertEquals(2, beats(Watcher.WORKER));
  }

  @Test
  void beatOfANodeThatEndedOrFromTheFuture_doesNotCount() {
    WatcherLease first = lease(ledger, Watcher.WORKER, "node-1");
    assertTrue(first.beat());
    first.release();
    assertTrue(lease(ledger, Watcher.WORKER, "node-2").beat());
    assertEquals(2, beats(Watcher.WORKER));
    time.advance(MILLI.negated());
    assertTrue(lease(ledger, Watcher.WORKER, "node-3").beat());
    assertEquals(3, beats(Watcher.WORKER));
    assertEquals(time.instant(), record(Watcher.WORKER).orElseThrow().beat());
  }
}
