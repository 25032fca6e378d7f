package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a watcher that stops is noticed, once, and by whatever way is left. */
final class WatchdogTest {

  private static final Duration STEP = Duration.ofSeconds(1);

  private final ManualTime time = new ManualTime(Bench.START);
  private final ManualTime monotonic = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final TestSink sink = new TestSink("sink");
  private final List<Watchdog> watchdogs = new ArrayList<>();
  private final List<DirectAlerts> paths = new ArrayList<>();
  private final List<Throwable> caught = new ArrayList<>();
  private final Supervisor supervisor =
      new Supervisor(
          new EngineListener() {
            @Override
            public void driverFailed(String driver, Throwable cause, long total) {
              caught.add(cause);
            }
          });
  private final Set<String> refusedMethods = new HashSet<>();
  private boolean isLedgerOut;

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
  void ledgerOutFor15Seconds_isToldDirectlyAndItsReturnByTheOutbox() {
    nodes(1, Set.of());
    pass(Duration.ofSeconds(5));
    isLedgerOut = true;
    pass(Duration.ofSeconds(14));
    assertEquals(List.of(), directs());
    pass(Duration.ofSeconds(2));
    assertEquals(List.of("LEDGER_UNREACHABLE "), directs());
    pass(Duration.ofMinutes(30));
    assertEquals(1, directs().size(), "once per outage");
    isLedgerOut = false;
    pass(Duration.ofSeconds(3));
    assertEquals(List.of("LEDGER_BACK "), codes());
    isLedgerOut = true;
    pass(Duration.ofSeconds(17));
    assertEquals(2, directs().size(), "the next outage");
    assertEquals(2, sink.directs().stream().map(AlertMessage::key).distinct().count());
  }

  @Test
  void ledgerThatAnswersAndTakesNoWrites_isToldDirectlyWithinTwoPeriods() {
    nodes(2, Set.of(Watcher.PUMP, Watcher.SENTINEL));
    AlertPump pump =
        new AlertPump(faulty(), identity("node-0"), seams(), List.of(sink), AlertPolicy.DEFAULT);
    WatcherLease sentinel = new WatcherLease(faulty(), Watcher.SENTINEL, new NodeId("n"), seams());
    workFor(pump, sentinel, Duration.ofMinutes(1));
    List<String> writes = List.of("write", "raise", "seal", "commit");
    refusedMethods.addAll(writes);
    workFor(pump, sentinel, Watcher.SENTINEL.period().multipliedBy(2));
    assertEquals(2, directs("WATCHER_SILENT sentinel"), "one of each node");
    workFor(pump, sentinel, Watcher.PUMP.period());
    assertEquals(2, directs("WATCHER_SILENT pump"));
    workFor(pump, sentinel, Duration.ofHours(1));
    assertEquals(2, directs("LEDGER_REFUSES_WRITES "));
    assertEquals(6, sink.directs().size(), "once per refusal");
    refusedMethods.clear();
    workFor(pump, sentinel, Duration.ofMinutes(2));
    assertEquals(2, sink.count("LEDGER_TAKES_WRITES"));
    assertTrue(sink.count("WATCHER_BACK") >= 2, "the end of what was told is told");
    refusedMethods.addAll(writes);
    workFor(pump, sentinel, Duration.ofMinutes(2));
    assertEquals(12, sink.directs().size(), "the next refusal is another");
  }

  @Test
  void silenceThatTheOutboxDoesNotTake_isToldDirectly() {
    nodes(1, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "n");
    beatFor(lease, Duration.ofMinutes(1));
    refusedMethods.add("raise");
    pass(Duration.ofSeconds(20));
    assertEquals(List.of("WATCHER_SILENT sentinel"), directs());
    pass(Duration.ofMinutes(10));
    assertEquals(List.of("WATCHER_SILENT sentinel", "LEDGER_REFUSES_WRITES "), directs());
    refusedMethods.clear();
    beatFor(lease, Duration.ofSeconds(10));
    assertEquals(
        List.of("WATCHER_SILENT sentinel", "LEDGER_TAKES_WRITES ", "WATCHER_BACK sentinel"),
        codes());
  }

  @Test
  void silenceThatOneNodeAloneCouldTellDirectly_isEndedByIt() {
    nodes(1, Set.of(Watcher.SENTINEL));
    WatcherLease lease = lease(Watcher.SENTINEL, "n");
    beatFor(lease, Duration.ofMinutes(1));
    refusedMethods.add("write");
    pass(Duration.ofSeconds(20));
    assertEquals(List.of("WATCHER_SILENT sentinel"), directs());
    beatFor(lease, Duration.ofSeconds(10));
    assertEquals(List.of("WATCHER_BACK sentinel"), codes(), "raising works");
  }

  @Test
  void ledgerThatIsBackAndTakesNoWrites_hidesNoSilence() {
    nodes(1, Set.of(Watcher.SENTINEL));
    pass(Duration.ofSeconds(5));
    isLedgerOut = true;
    pass(Duration.ofSeconds(17));
    isLedgerOut = false;
    refusedMethods.addAll(List.of("write", "raise"));
    pass(Duration.ofSeconds(20));
    assertEquals(
        List.of("LEDGER_UNREACHABLE ", "WATCHER_SILENT sentinel", "LEDGER_REFUSES_WRITES "),
        directs());
    refusedMethods.clear();
    pass(Duration.ofSeconds(3));
    assertEquals(
        List.of("WATCHER_SILENT sentinel", "LEDGER_BACK ", "LEDGER_TAKES_WRITES "), codes());
  }

  @Test
  void recordsThatCannotBeRead_areNoAnswerOfTheLedger() {
    nodes(1, Set.of());
    pass(STEP);
    refusedMethods.add("list");
    pass(Duration.ofSeconds(16));
    assertEquals(List.of("LEDGER_UNREACHABLE "), directs());
  }

  @Test
  void ledgerThatHangs_isToldWhileTheCallLasts() {
    nodes(1, Set.of());
    pass(STEP);
    // The watchdog's thread hangs in the ledger; that of the direct path goes on.
    for (int i = 0; i < 16; i++) {
      monotonic.advance(STEP);
      paths.get(0).tick();
    }
    assertEquals(List.of("LEDGER_UNREACHABLE "), directs());
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

  @Test
  void ledgerBack_isRaisedAgainIfItCouldNotBe() {
    FaultPlan plan = new FaultPlan().at(CallSite.Role.ALERTS, "raise", 1, new Fault.FailBefore());
    DirectAlerts path =
        new DirectAlerts(identity("n"), ledger.incarnation(), seams(), List.of(sink));
    Watchdog dog =
        new Watchdog(
            new FaultingLedger(ledger, plan), identity("n"), seams(), Set.of(), path, supervisor);
    path.tick();
    monotonic.advance(Duration.ofSeconds(15));
    path.tick();
    assertThrows(LedgerException.class, dog::tick);
    dog.tick();
    dog.tick();
    assertEquals(List.of("LEDGER_BACK "), codes());
  }

  private void nodes(int count, Set<Watcher> expected) {
    LedgerStore store = faulty();
    for (int i = 0; i < count; i++) {
      Node.Identity identity = identity("node-" + i);
      DirectAlerts path = new DirectAlerts(identity, ledger.incarnation(), seams(), List.of(sink));
      paths.add(path);
      watchdogs.add(new Watchdog(store, identity, seams(), expected, path, supervisor));
    }
  }

  /** A ledger that is out, or refuses some methods, when a test says so. */
  private LedgerStore faulty() {
    return new FaultingLedger(
        ledger,
        call ->
            isLedgerOut || refusedMethods.contains(call.method())
                ? new Fault.FailBefore()
                : new Fault.None());
  }

  private void beatFor(WatcherLease lease, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      lease.run(() -> 0);
      pass(STEP);
    }
  }

  private void pass(Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      time.advance(STEP);
      monotonic.advance(STEP);
      tickAll();
    }
  }

  private void tickAll() {
    for (Watchdog watchdog : watchdogs) {
      if (isLedgerOut) {
        assertThrows(LedgerException.class, watchdog::tick);
      } else if (refusedMethods.isEmpty()) {
        watchdog.tick();
      } else {
        supervisor.supervise("watchdog", watchdog::tick);
      }
    }
    paths.forEach(DirectAlerts::tick);
  }

  private void workFor(AlertPump pump, WatcherLease sentinel, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      supervisor.supervise("pump", pump::tick);
      supervisor.supervise("sentinel", () -> sentinel.run(() -> 0));
      pass(STEP);
    }
  }

  private WatcherLease lease(Watcher watcher, String node) {
    return new WatcherLease(ledger, watcher, new NodeId(node), seams());
  }

  private List<String> codes() {
    return ledger.pendingAlerts().stream().map(WatchdogTest::text).toList();
  }

  private List<String> directs() {
    return sink.directs().stream().map(direct -> text(direct.row())).toList();
  }

  private long directs(String text) {
    return directs().stream().filter(text::equals).count();
  }

  private static String text(AlertRow row) {
    return row.group().code() + " " + row.group().stage();
  }

  private static Node.Identity identity(String node) {
    return new Node.Identity(new NodeId(node), "v1");
  }

  private Seams seams() {
    return new Seams(monotonic, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true);
  }
}
