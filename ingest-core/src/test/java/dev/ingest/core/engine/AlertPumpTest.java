package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.EngineListener;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How alerts get from the outbox to the sinks. */
final class AlertPumpTest {

  static final Duration TICK = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Supervisor supervisor = new Supervisor(EngineListener.NONE);
  private final TestSink first = new TestSink("first");
  private final TestSink second = new TestSink("second");
  private int raised;

  @Test
  void row_isDeliveredWithin20Seconds() {
    AlertPump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(2));
    for (int i = 0; i < 10; i++) {
      raise(1);
      run(pump, Duration.ofSeconds(20));
      assertEquals(raised, first.count("SEQUENCE_FAILED"));
    }
    assertInOrderWithoutGap(first.ordinals());
  }

  @Test
  void silence_isToldOnceAMinute() {
    AlertPump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(30));
    List<AlertDigest> digests = first.digests();
    assertTrue(digests.size() >= 30 && digests.size() <= 33, () -> digests.size() + " digests");
    for (int i = 1; i < digests.size(); i++) {
      Duration gap = Duration.between(digests.get(i - 1).sealedAt(), digests.get(i).sealedAt());
      assertTrue(gap.compareTo(Duration.ofMinutes(1)) <= 0, gap::toString);
    }
  }

  @Test
  void steadyAlerts_makeFourDigestsAMinute() {
    AlertPump pump = pump("node-1", ledger);
    for (int i = 0; i < 120; i++) {
      raise(7);
      run(pump, TICK);
    }
    run(pump, Duration.ofSeconds(20));
    assertTrue(first.ordinals().size() <= 42, () -> first.ordinals().toString());
    assertEquals(raised, first.count("SEQUENCE_FAILED"));
  }

  @Test
  void millionFailuresInAMinute_areOneLinePerGroup() {
    AlertPump pump = pump("node-1", ledger);
    run(pump, TICK);
    for (String version : List.of("v1", "v2")) {
      AlertRow row = row(version, "s-1");
      for (int i = 0; i < 500; i++) {
        ledger.alerts().raise(Collections.nCopies(1_000, row));
      }
    }
    run(pump, Duration.ofSeconds(20));
    List<AlertDigest> told =
        first.digests().stream().filter(digest -> !digest.lines().isEmpty()).toList();
    assertEquals(1, told.size());
    assertEquals(
        List.of(500_000L, 500_000L),
        told.get(0).lines().stream().map(AlertDigest.Line::count).toList());
  }

  @Test
  void sinkDownForAnHourAndTwoCrashes_loseNoDigest() {
    first.isDown = true;
    AlertPump pump = aloneOn("node-1", ledger);
    runFailing(pump, Duration.ofMinutes(20));
    // The process is killed: its objects are gone and nothing is released.
    pump = aloneOn("node-2", ledger);
    runFailing(pump, Duration.ofMinutes(20));
    pump = aloneOn("node-3", ledger);
    runFailing(pump, Duration.ofMinutes(20));
    assertEquals(List.of(), first.ordinals());
    first.isDown = false;
    FaultPlan crash = new FaultPlan().at(Role.ALERTS, "acknowledge", 7, new Fault.CrashBefore());
    AlertPump dying = aloneOn("node-3", new FaultingLedger(ledger, crash));
    assertThrows(SimulatedCrash.class, () -> run(dying, Duration.ofMinutes(5)));
    pump = aloneOn("node-4", ledger);
    run(pump, Duration.ofMinutes(3));
    assertEquals(raised, first.count("SEQUENCE_FAILED") - doubles(first, 7));
    assertEquals(2, Collections.frequency(first.ordinals(), 7L), "sent before and after the crash");
    assertInOrderWithoutGap(first.ordinals());
    assertTrue(first.ordinals().size() >= 60, () -> first.ordinals().toString());
    assertEquals(1, first.count("SINK_DOWN"), "one for the whole hour");
    assertEquals(1, first.count("SINK_BACK"));
    assertEquals(List.of(), ledger.alerts().unsent(10));
  }

  @Test
  void severalPumps_sendUnderOneLease() {
    List<AlertPump> pumps =
        List.of(pump("node-1", ledger), pump("node-2", ledger), pump("node-3", ledger));
    runAll(pumps, Duration.ofMinutes(20), true);
    runAll(pumps, Duration.ofSeconds(20), false);
    assertEquals(first.ordinals().stream().distinct().toList(), first.ordinals(), "no doubles");
    assertEquals(raised, first.count("SEQUENCE_FAILED"));
    long before = first.ordinals().size();
    // The holder is node-1, as it was the first; it is killed.
    raise(1);
    runAll(pumps.subList(1, 3), Duration.ofSeconds(45), false);
    assertTrue(first.ordinals().size() > before, "taken over");
    assertEquals(raised, first.count("SEQUENCE_FAILED"));
    assertInOrderWithoutGap(first.ordinals());
  }

  @Test
  void orderlyEnd_handsOverAtOnceAndThePaceGoesOn() {
    AlertPump one = pump("node-1", ledger);
    run(one, TICK);
    one.close();
    raise(1);
    AlertPump two = pump("node-2", ledger);
    run(two, Duration.ofSeconds(10));
    assertEquals(List.of(1L), first.ordinals(), "not yet 15 s after the last");
    run(two, TICK);
    assertEquals(1, first.count("SEQUENCE_FAILED"));
  }

  @Test
  void orderlyEnd_tellsWhatWasRaisedAtOnceIfItIsThisNodesTurn() {
    AlertPump one = pump("node-1", ledger);
    run(one, TICK);
    AlertPump other = pump("node-2", ledger);
    run(other, TICK);
    raise(1);
    other.close();
    assertEquals(0, first.count("SEQUENCE_FAILED"));
    one.close();
    assertEquals(1, first.count("SEQUENCE_FAILED"));
    one.close();
    assertEquals(List.of(1L, 2L), first.ordinals());
  }

  @Test
  void orderlyEndWhileEverySinkIsDown_leavesTheLeaseAndWhatWaits() {
    AlertPump one = pump("node-1", ledger);
    run(one, TICK);
    raise(1);
    first.isDown = true;
    second.isDown = true;
    supervisor.supervise("pump", AlertPumpTest.ending(one));
    first.isDown = false;
    run(pump("node-2", ledger), TICK);
    assertEquals(1, first.count("SEQUENCE_FAILED"));
  }

  private static IntSupplier ending(AlertPump pump) {
    return () -> {
      pump.close();
      return 0;
    };
  }

  @Test
  void oldDigests_areDropped() {
    AlertPump pump = pump("node-1", ledger);
    for (int i = 0; i < 10_100; i++) {
      AlertDigest sealed = ledger.alerts().seal();
      ledger.alerts().acknowledge(sealed.ordinal());
    }
    run(pump, TICK);
    run(pump, Duration.ofMinutes(2));
    List<AlertDigest> latest = ledger.alerts().latest(1_000);
    long newest = latest.get(0).ordinal();
    assertEquals(0, ledger.alerts().prune(10_080, 1_000), "nothing is left to drop");
    assertTrue(newest > 10_100);
  }

  @Test
  void failedAcknowledgement_hasTheSameOrdinalSentAgain() {
    FaultPlan plan = new FaultPlan().at(Role.ALERTS, "acknowledge", 1, new Fault.FailBefore());
    AlertPump pump = pump("node-1", new FaultingLedger(ledger, plan));
    assertThrows(LedgerException.class, pump::tick);
    run(pump, TICK);
    assertEquals(List.of(1L, 1L), first.ordinals());
  }

  @Test
  void acknowledgementWhoseAnswerIsLost_isNotSentAgain() {
    FaultPlan plan = new FaultPlan().at(Role.ALERTS, "acknowledge", 1, new Fault.ReplyLost());
    AlertPump pump = pump("node-1", new FaultingLedger(ledger, plan));
    assertThrows(LedgerException.class, pump::tick);
    run(pump, Duration.ofMinutes(1));
    assertInOrderWithoutGap(first.ordinals());
    assertEquals(1, Collections.frequency(first.ordinals(), 1L));
  }

  @Test
  void sinkThatStaysDown_fallsOverAndIsToldOnceAndComesBackFirst() {
    AlertPump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(2));
    first.isDown = true;
    raise(3);
    run(pump, Duration.ofSeconds(25));
    assertEquals(3, second.count("SEQUENCE_FAILED"), "told by the second within 25 s");
    run(pump, Duration.ofMinutes(30));
    assertEquals(1, second.count("SINK_DOWN"));
    assertEquals(
        "first",
        second.digests().stream()
            .flatMap(digest -> digest.lines().stream())
            .filter(line -> line.group().code().equals("SINK_DOWN"))
            .findFirst()
            .orElseThrow()
            .group()
            .stage());
    int asked = first.asked;
    run(pump, Duration.ofMinutes(10));
    assertTrue(first.asked - asked <= 10, () -> first.asked - asked + " probes in 10 minutes");
    first.isDown = false;
    int taken = second.taken.size();
    run(pump, Duration.ofMinutes(10));
    assertTrue(second.taken.size() <= taken + 2, "the first is in use again");
    assertEquals(1, first.count("SINK_BACK"));
    assertEquals(0, first.count("SINK_DOWN"));
    List<Long> all = new ArrayList<>(first.ordinals());
    all.addAll(second.ordinals());
    Collections.sort(all);
    assertInOrderWithoutGap(all);
  }

  @Test
  void sinkThatIsDownAgain_isToldAgain() {
    AlertPump pump = pump("node-1", ledger);
    for (int i = 1; i <= 2; i++) {
      first.isDown = true;
      run(pump, Duration.ofMinutes(5));
      assertEquals(i, second.count("SINK_DOWN"));
      first.isDown = false;
      run(pump, Duration.ofHours(1));
      assertEquals(i, first.count("SINK_BACK"));
    }
  }

  @Test
  void sinkThatIsReplacedWhileItIsDown_isDownNoMore() {
    first.isDown = true;
    AlertPump before = pump("node-1", ledger);
    run(before, Duration.ofMinutes(5));
    assertEquals(1, second.count("SINK_DOWN"));
    before.close();
    TestSink other = new TestSink("other");
    AlertPump amid =
        new AlertPump(
            ledger, identity("node-2"), seams(), List.of(other, second), AlertPolicy.DEFAULT);
    run(amid, Duration.ofHours(1));
    assertEquals(0, other.count("SINK_BACK"), "others may have it");
    amid.close();
    time.advance(Duration.ofDays(3));
    TestSink next = new TestSink("next");
    AlertPump after =
        new AlertPump(
            ledger, identity("node-1"), seams(), List.of(next, second), AlertPolicy.DEFAULT);
    run(after, Duration.ofHours(1));
    assertEquals(1, next.count("SINK_BACK"), "told once");
    assertEquals(0, next.count("SINK_DOWN"));
    after.close();
    first.isDown = false;
    run(pump("node-1", ledger), Duration.ofHours(1));
    assertEquals(0, first.count("SINK_BACK"), "it was told already");
  }

  @Test
  void sinkThatFailsOnce_isNotLeft() {
    AlertPump pump = pump("node-1", ledger);
    run(pump, TICK);
    first.isDown = true;
    raise(1);
    time.advance(Duration.ofSeconds(15));
    assertEquals(0, pump.tick());
    first.isDown = false;
    run(pump, TICK);
    assertEquals(1, first.count("SEQUENCE_FAILED"));
    assertEquals(List.of(), second.taken);
    run(pump, Duration.ofMinutes(1));
    assertEquals(0, first.count("SINK_DOWN"));
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void sinkThatThrowsAnything_isTreatedAsDown(Runnable bug) {
    first.onSend = bug;
    AlertPump pump = pump("node-1", ledger);
    raise(1);
    run(pump, Duration.ofSeconds(30));
    assertEquals(1, second.count("SEQUENCE_FAILED"));
    assertEquals(1, second.count("SINK_DOWN"));
  }

  @Test
  void pumpWithoutAnySinkThatWorks_doesNotBeatAndLeavesTheLease() {
    first.isDown = true;
    second.isDown = true;
    AlertPump one = pump("node-1", ledger);
    for (int i = 0; i < 8; i++) {
      supervisor.supervise("pump", one::tick);
      time.advance(TICK);
    }
    long beats = beats();
    TestSink reachable = new TestSink("first");
    AlertPump other =
        new AlertPump(ledger, identity("node-2"), seams(), List.of(reachable), AlertPolicy.DEFAULT);
    runAll(List.of(one, other), Duration.ofMinutes(2), false);
    assertTrue(!reachable.taken.isEmpty(), "a node that reaches the sink has taken over");
    assertTrue(beats() > beats);
  }

  @Test
  void slowSink_doesNotKeepTheTickBeyondItsTime() {
    first.isDown = true;
    AlertPump pump = aloneOn("node-1", ledger);
    runFailing(pump, Duration.ofMinutes(30));
    first.isDown = false;
    first.onSend = () -> time.advance(Duration.ofSeconds(9));
    time.advance(Duration.ofMinutes(2));
    for (int i = 0; i < 3; i++) {
      int before = first.taken.size();
      pump.tick();
      assertEquals(1, first.taken.size() - before, "one slow send at a tick");
    }
  }

  @Test
  void backlogOfManyPages_isDeliveredInOneTickUpToItsBound() {
    for (int i = 0; i < 520; i++) {
      raise(1);
      ledger.alerts().seal();
    }
    AlertPump pump = pump("node-1", ledger);
    assertEquals(500, pump.tick());
    assertEquals(500, first.taken.size());
    assertEquals(20, pump.tick());
    assertInOrderWithoutGap(first.ordinals());
    assertEquals(520, first.count("SEQUENCE_FAILED"));
  }

  @Test
  void sinks_needNamesOfTheirOwn() {
    assertThrows(
        ConfigurationException.class,
        () -> new AlertPump(ledger, identity("n"), seams(), List.of(), AlertPolicy.DEFAULT));
    assertThrows(
        ConfigurationException.class,
        () ->
            new AlertPump(
                ledger,
                identity("n"),
                seams(),
                List.of(first, new TestSink("first")),
                AlertPolicy.DEFAULT));
  }

  @Test
  void unfitPolicy_isRefused() {
    Duration second = Duration.ofSeconds(1);
    List<Runnable> unfit =
        List.of(
            () -> new AlertPolicy(Duration.ZERO, second, 1, second, second),
            () -> new AlertPolicy(second.multipliedBy(2), second, 1, second, second),
            () -> new AlertPolicy(second, Duration.ofSeconds(61), 1, second, second),
            () -> new AlertPolicy(second, second, 0, second, second),
            () -> new AlertPolicy(second, second, 101, second, second),
            () -> new AlertPolicy(second, second, 1, second.negated(), second),
            () -> new AlertPolicy(second, second, 1, second, Duration.ZERO));
    unfit.forEach(policy -> assertThrows(ConfigurationException.class, policy::run));
  }

  @Test
  void policyAtItsBounds_isTaken() {
    Duration second = Duration.ofSeconds(1);
    Duration minute = Duration.ofMinutes(1);
    assertEquals(1, new AlertPolicy(second, second, 1, Duration.ZERO, second).failures());
    assertEquals(100, new AlertPolicy(minute, minute, 100, Duration.ZERO, second).failures());
  }

  static void assertInOrder(List<Long> ordinals, String story) {
    long highest = 0;
    for (long ordinal : ordinals) {
      assertTrue(ordinal >= highest, () -> ordinal + " came late: " + ordinals + ", " + story);
      highest = ordinal;
    }
  }

  private static void assertInOrderWithoutGap(List<Long> ordinals) {
    assertEquals(
        LongStream.rangeClosed(1, ordinals.stream().distinct().count()).boxed().toList(),
        ordinals.stream().distinct().toList());
    assertInOrder(ordinals, "");
  }

  private static long doubles(TestSink sink, long ordinal) {
    return sink.digests().stream()
            .filter(digest -> digest.ordinal() == ordinal)
            .flatMap(digest -> digest.lines().stream())
            .filter(line -> line.group().code().equals("SEQUENCE_FAILED"))
            .mapToLong(AlertDigest.Line::count)
            .sum()
        / 2;
  }

  private void raise(int count) {
    for (int i = 0; i < count; i++) {
      raised++;
      ledger.alerts().raise(List.of(row("v1", "s-" + raised)));
    }
  }

  static AlertRow row(String version, String id) {
    return new AlertRow(
        new AlertRow.Group("SEQUENCE_FAILED", "photos", "resize@1", version),
        Bench.START,
        Optional.of(SequenceKey.of("alice", id)),
        "it failed");
  }

  private void run(AlertPump pump, Duration length) {
    runAll(List.of(pump), length, false);
  }

  private void runAll(List<AlertPump> pumps, Duration length, boolean raising) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(TICK)) {
      if (raising) {
        raise(1);
      }
      time.advance(TICK);
      for (AlertPump pump : pumps) {
        supervisor.supervise("pump", pump::tick);
      }
    }
  }

  private void runFailing(AlertPump pump, Duration length) {
    runAll(List.of(pump), length, true);
  }

  private long beats() {
    return new WatcherRecords(ledger).read(Watcher.PUMP).record().orElseThrow().beats();
  }

  private AlertPump pump(String node, LedgerStore store) {
    return new AlertPump(
        store, identity(node), seams(), List.of(first, second), AlertPolicy.DEFAULT);
  }

  private AlertPump aloneOn(String node, LedgerStore store) {
    return new AlertPump(store, identity(node), seams(), List.of(first), AlertPolicy.DEFAULT);
  }

  static Node.Identity identity(String node) {
    return new Node.Identity(new NodeId(node), "v1");
  }

  private Seams seams() {
    return new Seams(time, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true);
  }
}
