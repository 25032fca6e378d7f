package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does a watcher's work, and when its beats are recorded. */
final class WatcherLeaseTest {

  private static final Duration LEASE = Watcher.SENTINEL.lease().orElseThrow();
  private static final Duration PERIOD = Watcher.SENTINEL.period();

  private final ManualTime time = new ManualTime(Bench.START);
  private final ManualTime monotonic = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Seams seams =
      new Seams(monotonic, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true);
  private final WatcherLease one = lease(ledger, Watcher.SENTINEL, "node-1");
  private final WatcherLease two = lease(ledger, Watcher.SENTINEL, "node-2");

  @Test
  void lease_isHeldByOneUntilItsEnd() {
    assertTrue(one.tryHold());
    assertTrue(one.beat());
    pass(LEASE.minusMillis(1));
    assertTrue(one.tryHold(), "held until its last millisecond");
    assertFalse(two.tryHold());
    pass(Duration.ofMillis(1));
    assertTrue(two.tryHold());
    assertFalse(one.tryHold());
    assertFalse(one.beat(), "a beat without the lease");
    assertEquals(Optional.of(new NodeId("node-2")), record().holder());
  }

  @Test
  void term_beginsWhenTheLeaseIsTakenAndNotWhenItIsRenewed() {
    assertEquals(0, one.terms());
    for (int i = 0; i < 5; i++) {
      assertTrue(one.tryHold());
      assertTrue(one.beat());
      assertEquals(1, one.terms());
      pass(PERIOD);
    }
    pass(LEASE);
    // The other had it and gave it back, unseen by the first.
    assertTrue(two.tryHold());
    two.release();
    assertTrue(one.tryHold());
    assertEquals(2, one.terms());
    one.release();
    assertTrue(one.tryHold());
    assertEquals(3, one.terms());
  }

  @Test
  void beat_renewsTheLease() {
    for (int i = 0; i < 20; i++) {
      assertTrue(one.tryHold());
      assertTrue(one.beat());
      assertFalse(two.tryHold());
      pass(PERIOD);
    }
    assertEquals(20, record().beats());
    assertEquals(time.instant().minus(PERIOD), record().beat());
  }

  @Test
  void holderWhoseTicksFail_leavesTheLeaseToTheOthers() {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(LEASE) < 0;
        passed = passed.plusSeconds(5)) {
      assertThrows(IllegalStateException.class, () -> one.run(WatcherLeaseTest::failing));
      pass(Duration.ofSeconds(5));
    }
    assertEquals(0, one.run(WatcherLeaseTest::failing), "the others' turn");
    assertEquals(7, two.run(() -> 7));
    assertEquals(1, record().beats());
  }

  @Test
  void holderWhoseTicksFail_triesAgainWhereThereIsNobodyElse() {
    assertThrows(IllegalStateException.class, () -> one.run(WatcherLeaseTest::failing));
    pass(LEASE.plus(PERIOD));
    assertEquals(7, one.run(() -> 7));
    assertEquals(1, record().beats());
  }

  @Test
  void tick_runsOnlyUnderTheLease() {
    AtomicInteger ticks = new AtomicInteger();
    assertEquals(1, one.run(ticks::incrementAndGet));
    assertEquals(0, two.run(ticks::incrementAndGet));
    assertEquals(1, ticks.get());
  }

  @Test
  void ticksThatGetSoFarAndThenFail_areSilentAndLeaveTheTurn() {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(LEASE) < 0;
        passed = passed.plusSeconds(5)) {
      try {
        one.run(
            () -> {
              one.goOn();
              return failing();
            });
      } catch (IllegalStateException | IncompleteTickException e) {
        assertTrue(record().beats() <= 1, "beats of ticks that failed");
      }
      pass(Duration.ofSeconds(5));
    }
    assertEquals(7, two.run(() -> 7), "the others' turn");
    two.release();
    assertEquals(7, one.run(() -> 7));
    long beats = record().beats();
    pass(PERIOD);
    one.run(
        () -> {
          one.goOn();
          return 7;
        });
    assertEquals(beats + 1, record().beats(), "once a tick has got through, steps beat again");
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void stepsOfTicksThatThrowWhatever_areNoBeats(Runnable bug) {
    for (int tick = 0; tick < 2; tick++) {
      boolean isFirst = tick == 0;
      assertThrows(
          Throwable.class,
          () ->
              one.run(
                  () -> {
                    if (!isFirst) {
                      one.goOn();
                    }
                    bug.run();
                    return 0;
                  }));
      pass(Duration.ofSeconds(5));
    }
    assertEquals(0, record().beats());
  }

  @Test
  void ticksThatFailTermAfterTerm_areSilentAllTheWhileAndLeaveEachSecondTurn() {
    int turns = 0;
    long beats = 0;
    for (Duration passed = Duration.ZERO;
        passed.compareTo(LEASE.multipliedBy(10)) < 0;
        passed = passed.plusSeconds(5)) {
      try {
        one.run(
            () -> {
              one.goOn();
              return failing();
            });
      } catch (IllegalStateException e) {
        beats = record().beats();
      }
      if (two.tryHold()) {
        turns++;
        two.release();
      }
      pass(Duration.ofSeconds(5));
    }
    assertEquals(1, beats, "the first tick of all beat before it failed, and no other");
    assertTrue(turns >= 7, turns + " turns of the other node in 10 leases");
  }

  @Test
  void longTick_keepsItsLeaseBetweenItsSteps() {
    assertTrue(one.tryHold());
    for (int i = 0; i < 8; i++) {
      pass(LEASE.dividedBy(2));
      assertTrue(one.keep());
      assertFalse(two.tryHold());
    }
    assertEquals(0, record().beats());
    pass(LEASE.dividedBy(2));
    assertFalse(one.keep(), "a tick has an end");
    pass(LEASE.dividedBy(2));
    assertTrue(two.tryHold());
    assertFalse(one.keep());
  }

  @Test
  void shortTicksThatFail_doNotRenewTheLeaseByKeepingIt() {
    assertTrue(one.tryHold());
    for (int i = 0; i < 6; i++) {
      assertTrue(one.tryHold());
      assertTrue(one.keep());
      assertFalse(two.tryHold());
      pass(LEASE.dividedBy(6));
    }
    assertFalse(one.tryHold());
    assertTrue(two.tryHold());
  }

  @Test
  void longTickThatOverslept_keepsALeaseThatNobodyTook() {
    assertTrue(one.tryHold());
    pass(LEASE.multipliedBy(3));
    assertTrue(one.keep());
    assertFalse(two.tryHold());
  }

  @Test
  void releaseWithoutABeat_forgetsThatItWasExpected() {
    assertTrue(one.tryHold());
    one.release();
    ControlRecord.Key key = WatcherRecord.key(Watcher.SENTINEL);
    assertEquals(Optional.empty(), ledger.controls().read(key));
    assertTrue(two.tryHold());
    assertTrue(two.beat());
    two.release();
    assertTrue(ledger.controls().read(key).isPresent(), "one that has beaten is remembered");
    assertTrue(one.tryHold());
    one.release();
    assertEquals(1, record().beats());
  }

  @Test
  void release_letsAnotherTakeOverAtOnce() {
    assertTrue(one.tryHold());
    one.beat();
    two.release();
    assertFalse(two.tryHold(), "what another holds is not released");
    one.release();
    one.release();
    assertEquals(Optional.empty(), record().holder());
    assertEquals(1, record().beats());
    assertTrue(two.tryHold());
  }

  @Test
  void restartedNode_goesOnUnderItsName() {
    assertTrue(one.tryHold());
    one.beat();
    assertTrue(lease(ledger, Watcher.SENTINEL, "node-1").tryHold());
  }

  @Test
  void deadHoldersLease_isTakenOverEvenIfTheLedgersClockStandsStillOrIsSetBack() {
    assertTrue(one.tryHold());
    one.beat();
    time.advance(Duration.ofDays(-30));
    assertFalse(two.tryHold());
    monotonic.advance(LEASE.plus(PERIOD));
    assertFalse(two.tryHold());
    monotonic.advance(Duration.ofMillis(1));
    assertTrue(two.tryHold());
    assertFalse(one.tryHold());
  }

  @Test
  void livingHoldersLease_isNotTakenWhileTheLedgersClockStandsStill() {
    for (int i = 0; i < 20; i++) {
      assertTrue(one.tryHold());
      assertTrue(one.beat());
      assertFalse(two.tryHold());
      monotonic.advance(PERIOD);
    }
  }

  @Test
  void watcherWithoutLease_isBeatenByAnyNodeAboutTwiceAPeriod() {
    WatcherLease first = lease(ledger, Watcher.WORKER, "node-1");
    WatcherLease second = lease(ledger, Watcher.WORKER, "node-2");
    for (int i = 0; i < 600; i++) {
      assertEquals(1, first.run(() -> 1));
      assertEquals(1, second.run(() -> 1));
      pass(Duration.ofSeconds(1));
    }
    long beats = record(Watcher.WORKER).beats();
    assertTrue(beats >= 10 && beats <= 21, () -> beats + " beats in 10 periods");
  }

  @Test
  void frequentBeats_askTheLedgerFourTimesAPeriodAtMost() {
    FaultPlan plan = new FaultPlan();
    WatcherLease worker = lease(new FaultingLedger(ledger, plan), Watcher.WORKER, "node-1");
    for (int i = 0; i < 60_000; i += 50) {
      worker.beat();
      pass(Duration.ofMillis(50));
    }
    assertTrue(plan.calls().size() <= 4 * 3, () -> plan.calls().toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void lostAnswer_isFoundByReadingAgain(int write) {
    FaultPlan plan = new FaultPlan().at(Role.CONTROLS, "write", write, new Fault.ReplyLost());
    WatcherLease lease = lease(new FaultingLedger(ledger, plan), Watcher.SENTINEL, "node-1");
    assertTrue(lease.tryHold());
    assertTrue(lease.beat());
    assertEquals(1, record().beats());
    lease.release();
    assertEquals(Optional.empty(), record().holder());
    assertEquals(1, plan.struck().size());
    assertEquals(3, version(), "nothing was written twice");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void writeThatFailed_isTriedAgain(int write) {
    FaultPlan plan = new FaultPlan().at(Role.CONTROLS, "write", write, new Fault.FailBefore());
    WatcherLease lease = lease(new FaultingLedger(ledger, plan), Watcher.SENTINEL, "node-1");
    assertTrue(lease.tryHold());
    assertTrue(lease.beat());
    lease.release();
    assertEquals(1, record().beats());
    assertEquals(Optional.empty(), record().holder());
    assertEquals(1, plan.struck().size());
  }

  @Test
  void ledgerThatDoesNotAnswer_isAnErrorAndNoLease() {
    FaultingLedger down = new FaultingLedger(ledger, call -> new Fault.FailBefore());
    WatcherLease lease = lease(down, Watcher.SENTINEL, "node-1");
    assertThrows(LedgerException.class, lease::tryHold);
    FaultingLedger readOnly =
        new FaultingLedger(
            ledger,
            call -> call.method().equals("write") ? new Fault.FailBefore() : new Fault.None());
    WatcherLease refused = lease(readOnly, Watcher.SENTINEL, "node-1");
    LedgerException error = assertThrows(LedgerException.class, refused::tryHold);
    assertTrue(error.toString().contains("sentinel"), error::toString);
  }

  @Test
  void randomFaultsAndFailures_neverGiveTheLeaseToTwo() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      InMemoryLedger rows = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
      FaultingLedger faulty =
          new FaultingLedger(
              rows,
              call ->
                  switch (random.nextInt(20)) {
                    case 0 -> new Fault.FailBefore();
                    case 1 -> new Fault.ReplyLost();
                    case 2 -> new Fault.Duplicate();
                    default -> new Fault.None();
                  });
      List<WatcherLease> nodes =
          List.of(
              lease(faulty, Watcher.SENTINEL, "a"),
              lease(faulty, Watcher.SENTINEL, "b"),
              lease(faulty, Watcher.SENTINEL, "c"));
      int held = 0;
      for (int step = 0; step < 200; step++) {
        int holders = 0;
        for (WatcherLease node : nodes) {
          holders += tick(node, random) ? 1 : 0;
        }
        assertTrue(holders <= 1, holders + " holders, seed " + seed + ", step " + step);
        held += holders;
        pass(Duration.ofMillis(500 + random.nextInt(9_000)));
      }
      assertTrue(held > 100, held + " steps with a holder, seed " + seed);
    }
  }

  private static boolean tick(WatcherLease lease, SplittableRandom random) {
    try {
      boolean held = lease.tryHold() && lease.keep();
      if (held && random.nextInt(4) > 0) {
        held = lease.beat();
      }
      return held;
    } catch (LedgerException e) {
      return false;
    }
  }

  @Test
  void recordOfAnotherForm_isRefused() {
    ControlRecord.Key key = WatcherRecord.key(Watcher.SENTINEL);
    ledger.controls().write(new ControlRecord(key, 1, "watcher 2\nholder=node-1\n"));
    InvalidValueException error = assertThrows(InvalidValueException.class, one::tryHold);
    assertTrue(error.toString().contains("a newer version"), error::toString);
    assertEquals(1, version());
  }

  @Test
  void record_isReadAsItWasWritten() {
    WatcherRecord record =
        new WatcherRecord(
            Optional.of(new NodeId("a:b@c-1")),
            Bench.START,
            Bench.START.plusMillis(1),
            17,
            PERIOD,
            new WatcherRecord.News(
                WatcherRecord.Stage.SILENT, Bench.START, 16, Optional.of(new NodeId("-"))));
    assertEquals(record, WatcherRecord.parse(stored(record.format())));
    WatcherRecord empty = WatcherRecord.expectedFrom(Bench.START, PERIOD);
    assertEquals(empty, WatcherRecord.parse(stored(empty.format())));
  }

  @Test
  void damagedRecord_isRefusedWhereverTheDamageIs() {
    String body = WatcherRecord.expectedFrom(Bench.START, PERIOD).format();
    List<String> lines = body.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String name = line.contains("=") ? line.substring(0, line.indexOf('=')) : line;
      for (String damaged :
          List.of(
              "", line + " ", " " + line, "x" + line, name + "= 1", name + "=é", name + "=+1")) {
        assertRefused(body.replace(line + "\n", damaged + "\n"));
      }
      assertRefused(body.replace(line + "\n", ""));
      assertRefused(body.replace(line + "\n", line + "\n" + line + "\n"));
    }
    assertRefused(body + "\n");
    assertRefused(body.stripTrailing());
    assertRefused(body.replace("\n", "\r\n"));
    assertRefused(body.replace("beats=0", "beats=00"));
    assertRefused(body.replace("beats=0", "beats=1234567890123456789"));
    assertRefused(body.replace("period=10000", "period=0"));
    assertRefused("");
  }

  private static void assertRefused(String body) {
    assertThrows(InvalidValueException.class, () -> WatcherRecord.parse(stored(body)), () -> body);
  }

  private static ControlRecord stored(String body) {
    return new ControlRecord(WatcherRecord.key(Watcher.SENTINEL), 1, body);
  }

  private static int failing() {
    throw new IllegalStateException("the tick fails");
  }

  private WatcherLease lease(LedgerStore store, Watcher watcher, String node) {
    return new WatcherLease(store, watcher, new NodeId(node), seams);
  }

  private void pass(Duration passed) {
    time.advance(passed);
    monotonic.advance(passed);
  }

  private WatcherRecord record() {
    return record(Watcher.SENTINEL);
  }

  private WatcherRecord record(Watcher watcher) {
    return new WatcherRecords(ledger).read(watcher).record().orElseThrow();
  }

  private long version() {
    return ledger
        .controls()
        .read(WatcherRecord.key(Watcher.SENTINEL))
        .map(ControlRecord::version)
        .orElseThrow();
  }
}
