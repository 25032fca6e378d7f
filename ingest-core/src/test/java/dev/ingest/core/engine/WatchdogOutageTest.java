package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What the watchdog and the direct path tell while the ledger does not answer or takes no writes.
 */
final class WatchdogOutageTest extends WatchdogFixture {

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
}
