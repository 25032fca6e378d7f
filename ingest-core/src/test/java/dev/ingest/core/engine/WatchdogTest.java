package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a watcher that stops is noticed, once, and by whatever way is left. */
final class WatchdogTest extends WatchdogFixture {

  @ParameterizedTest
  @EnumSource(Watcher.class)
  void watcherThatStops_isToldOnceWithinTwoPeriodsByAnyOfFiveNodes(Watcher watcher) {
    nodes(5, Set.of(watcher));
    WatcherLease lease = lease(watcher, "node-1");
    beatFor(lease, watcher.period().multipliedBy(10));
    assertEquals(List.of(), codes());
    pass(watcher.period().multipliedBy(2));
    assertEquals(List.of("WATCHER_SILENT " + watcher.label()), codes());
    pass(watcher.period().multipliedBy(20));
    assertEquals(List.of("WATCHER_SILENT " + watcher.label()), codes());
    beatFor(lease, watcher.period().multipliedBy(5));
    assertEquals(
        List.of("WATCHER_SILENT " + watcher.label(), "WATCHER_BACK " + watcher.label()), codes());
    pass(watcher.period().multipliedBy(2));
    assertEquals(3, codes().size(), "the next silence is another");
    assertEquals(List.of(), caught);
  }

  @Test
  void nodesThatReadTheSameSilence_tellItOnce() {
    nodes(1, Set.of(Watcher.SENTINEL));
    Watchdog other = watchdogs.get(0);
    FaultingLedger interrupted =
        new FaultingLedger(
            ledger,
            call ->
                call.method().equals("list")
                    ? new Fault.Delay(() -> {}, other::tick)
                    : new Fault.None());
    Watchdog dog =
        new Watchdog(
            interrupted,
            identity("node-9"),
            seams(),
            Set.of(Watcher.SENTINEL),
            paths.get(0),
            supervisor);
    for (int i = 0; i < 60; i++) {
      time.advance(STEP);
      monotonic.advance(STEP);
      dog.tick();
    }
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
  }

  @Test
  void watcherThatNeverBegan_isToldToo() {
    nodes(3, Set.of(Watcher.SENTINEL));
    pass(Duration.ofSeconds(21));
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
  }

  @Test
  void watcherWhoseTicksFail_isSilent() {
    nodes(2, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "node-1");
    beatFor(lease, Duration.ofMinutes(1));
    for (int i = 0; i < 20; i++) {
      assertEquals(-1, new Supervisor(EngineListener.NONE).supervise("s", () -> failing(lease)));
      pass(STEP);
    }
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
  }

  private static int failing(WatcherLease lease) {
    return lease.run(
        () -> {
          throw new IllegalStateException("the tick fails");
        });
  }

  @Test
  void takenOverInTime_isNoSilenceOfAWatcherThatAnotherNodeDoes() {
    nodes(2, Set.of(Watcher.WORKER));
    WatcherLease one = lease(Watcher.WORKER, "node-1");
    WatcherLease two = lease(Watcher.WORKER, "node-2");
    beatFor(one, Duration.ofMinutes(3));
    beatFor(two, Duration.ofMinutes(10));
    assertEquals(List.of(), codes());
  }

  @Test
  void everythingRestarted_seesASilenceThatWasNotOrderly() {
    nodes(2, Set.of(Watcher.SENTINEL));
    beatFor(lease(Watcher.SENTINEL, "node-1"), Duration.ofMinutes(1));
    time.advance(Duration.ofMinutes(5));
    monotonic.advance(Duration.ofMinutes(5));
    watchdogs.clear();
    nodes(2, Set.of(Watcher.SENTINEL));
    pass(STEP);
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
  }

  @Test
  void orderlyRestart_isNoSilence() {
    nodes(1, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "node-1");
    beatFor(lease, Duration.ofMinutes(1));
    lease.release();
    time.advance(Duration.ofMinutes(5));
    monotonic.advance(Duration.ofMinutes(5));
    watchdogs.clear();
    nodes(1, Set.of(Watcher.SENTINEL));
    pass(Duration.ofSeconds(5));
    beatFor(lease(Watcher.SENTINEL, "node-9"), Duration.ofMinutes(1));
    assertEquals(List.of(), codes());
  }

  @Test
  void orderlyRestart_inTheMidstOfItsFirstTick_isNoSilence() {
    nodes(1, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "node-1");
    beatFor(lease, Duration.ofMinutes(1));
    lease.release();
    time.advance(Duration.ofMinutes(5));
    monotonic.advance(Duration.ofMinutes(5));
    watchdogs.clear();
    nodes(1, Set.of(Watcher.SENTINEL));
    assertTrue(lease(Watcher.SENTINEL, "node-9").tryHold());
    pass(STEP);
    assertEquals(List.of(), codes());
    pass(Watcher.SENTINEL.period().multipliedBy(2));
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes(), "the first tick does not return");
  }

  @Test
  void restartWhileADeadHoldersLeaseRuns_seesItsSilence() {
    nodes(1, Set.of(Watcher.SENTINEL));
    beatFor(lease(Watcher.SENTINEL, "node-1"), Duration.ofMinutes(1));
    time.advance(Duration.ofSeconds(20));
    monotonic.advance(Duration.ofSeconds(20));
    watchdogs.clear();
    nodes(1, Set.of(Watcher.SENTINEL));
    pass(STEP);
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
  }

  @Test
  void ledgersClock_neitherHidesNorInventsASilence() {
    nodes(3, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "node-1");
    beatFor(lease, Duration.ofMinutes(1));
    for (Duration jump : List.of(Duration.ofDays(30), Duration.ofDays(-60), Duration.ofHours(1))) {
      time.advance(jump);
      beatFor(lease, Duration.ofMinutes(1));
    }
    assertEquals(List.of(), codes());
    time.advance(Duration.ofDays(-30));
    for (int i = 0; i < 20; i++) {
      monotonic.advance(STEP);
      tickAll();
    }
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes(), "while the clock stands still");
  }

  @Test
  void brokenRecord_doesNotHideTheOthers() {
    nodes(1, Set.of(Watcher.SENTINEL, Watcher.EXPIRER));
    ledger.controls().write(new ControlRecord(WatcherRecord.key(Watcher.EXPIRER), 1, "garbage"));
    pass(Duration.ofSeconds(21));
    assertEquals(List.of("WATCHER_SILENT sentinel"), codes());
    assertTrue(!caught.isEmpty());
  }

  @Test
  void silentPump_isToldOnTheDirectPathWithAllThatIsSilent() {
    nodes(3, Set.of(Watcher.PUMP, Watcher.SENTINEL));
    AlertPump pump =
        new AlertPump(ledger, identity("node-1"), seams(), List.of(sink), AlertPolicy.DEFAULT);
    WatcherLease sentinel = lease(Watcher.SENTINEL, "node-1");
    for (int i = 0; i < 60; i++) {
      pump.tick();
      sentinel.run(() -> 0);
      pass(STEP);
    }
    for (int i = 0; i < 40; i++) {
      sentinel.run(() -> 0);
      pass(STEP);
    }
    assertEquals(List.of("WATCHER_SILENT pump"), directs(), "within 40 s, and once");
    pass(Duration.ofSeconds(20));
    assertEquals(List.of("WATCHER_SILENT pump", "WATCHER_SILENT sentinel"), directs());
    for (int i = 0; i < 60; i++) {
      pump.tick();
      pass(STEP);
    }
    assertEquals(2, sink.count("WATCHER_SILENT"), "in digests as well, once the pump is back");
    assertEquals(1, sink.count("WATCHER_BACK"));
  }

  @Test
  void everySingleFault_losesNoSilenceAndTellsItTwiceAtMost() {
    FaultPlan none = new FaultPlan();
    assertEquals(List.of("WATCHER_SILENT sentinel", "WATCHER_BACK sentinel"), play(none));
    int struck = 0;
    int doubled = 0;
    for (CallSite call : none.calls()) {
      for (Fault fault :
          List.of(
              new Fault.FailBefore(),
              new Fault.ReplyLost(),
              new Fault.CrashBefore(),
              new Fault.CrashAfter())) {
        FaultPlan plan = new FaultPlan().at(call.role(), call.method(), call.count(), fault);
        List<String> told = play(plan);
        assertEquals(
            List.of("WATCHER_SILENT sentinel", "WATCHER_BACK sentinel"),
            told.stream().distinct().toList(),
            () -> fault + " at " + call);
        assertTrue(told.size() <= 3, () -> fault + " at " + call + ": " + told);
        boolean isTelling = call.method().equals("raise");
        boolean isDeath = fault instanceof Fault.CrashBefore || fault instanceof Fault.CrashAfter;
        assertTrue(
            told.size() == 2 || isTelling || isDeath, () -> fault + " at " + call + ": " + told);
        doubled += told.size() - 2;
        struck += plan.struck().size();
      }
    }
    assertTrue(struck > 100, "faults struck: " + struck);
    assertTrue(doubled <= 10, "doubled: " + doubled);
  }

  /** A sentinel that beats, is silent and beats again, under two watchdogs over a faulty ledger. */
  private static List<String> play(FaultPlan plan) {
    ManualTime clock = new ManualTime(Bench.START);
    InMemoryLedger rows = new InMemoryLedger(clock, IncarnationId.ofBits(1, 1));
    FaultingLedger faulty = new FaultingLedger(rows, plan);
    Seams seams = new Seams(clock, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true);
    WatcherLease sentinel = new WatcherLease(rows, Watcher.SENTINEL, new NodeId("node-9"), seams);
    Watchdog[] dogs = new Watchdog[2];
    for (int second = 0; second < 100; second++) {
      clock.advance(STEP);
      if (second % 5 == 0 && (second < 20 || second > 60)) {
        sentinel.run(() -> 0);
      }
      int turn = second % 2;
      Watchdog dog = dogs[turn];
      if (dog == null) {
        Node.Identity identity = identity("node-" + turn + "-" + second);
        DirectAlerts path =
            new DirectAlerts(identity, rows.incarnation(), seams, List.of(new TestSink("s")));
        dog =
            new Watchdog(
                faulty,
                identity,
                seams,
                Set.of(Watcher.SENTINEL),
                path,
                new Supervisor(EngineListener.NONE));
        dogs[turn] = dog;
      }
      try {
        dog.tick();
      } catch (LedgerException e) {
        assertTrue(plan.struck().size() == 1);
      } catch (SimulatedCrash e) {
        dogs[turn] = null;
      }
    }
    return rows.pendingAlerts().stream().map(WatchdogTest::text).toList();
  }
}
