package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Nodes with a watchdog and a direct path each, over a ledger that can fail, on manual time. */
abstract class WatchdogFixture {

  static final Duration STEP = Duration.ofSeconds(1);

  final ManualTime time = new ManualTime(Bench.START);
  final ManualTime monotonic = new ManualTime(Bench.START);
  final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  final TestSink sink = new TestSink("sink");
  final List<Watchdog> watchdogs = new ArrayList<>();
  final List<DirectAlerts> paths = new ArrayList<>();
  final List<Throwable> caught = new ArrayList<>();
  final Supervisor supervisor =
      new Supervisor(
          new EngineListener() {
            @Override
            public void driverFailed(String driver, Throwable cause, long total) {
              caught.add(cause);
            }
          });
  final Set<String> refusedMethods = new HashSet<>();
  boolean isLedgerOut;

  void nodes(int count, Set<Watcher> expected) {
    LedgerStore store = faulty();
    for (int i = 0; i < count; i++) {
      Node.Identity identity = identity("node-" + i);
      DirectAlerts path = new DirectAlerts(identity, ledger.incarnation(), seams(), List.of(sink));
      paths.add(path);
      watchdogs.add(new Watchdog(store, identity, seams(), expected, path, supervisor));
    }
  }

  /** A ledger that is out, or refuses some methods, when a test says so. */
  LedgerStore faulty() {
    return new FaultingLedger(
        ledger,
        call ->
            isLedgerOut || refusedMethods.contains(call.method())
                ? new Fault.FailBefore()
                : new Fault.None());
  }

  void beatFor(WatcherLease lease, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      lease.run(() -> 0);
      pass(STEP);
    }
  }

  void pass(Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      time.advance(STEP);
      monotonic.advance(STEP);
      tickAll();
    }
  }

  void tickAll() {
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

  void workFor(AlertPump pump, WatcherLease sentinel, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(STEP)) {
      supervisor.supervise("pump", pump::tick);
      supervisor.supervise("sentinel", () -> sentinel.run(() -> 0));
      pass(STEP);
    }
  }

  WatcherLease lease(Watcher watcher, String node) {
    return new WatcherLease(ledger, watcher, new NodeId(node), seams());
  }

  List<String> codes() {
    return ledger.pendingAlerts().stream().map(WatchdogFixture::text).toList();
  }

  List<String> directs() {
    return sink.directs().stream().map(direct -> text(direct.row())).toList();
  }

  long directs(String text) {
    return directs().stream().filter(text::equals).count();
  }

  static String text(AlertRow row) {
    return row.group().code() + " " + row.group().stage();
  }

  static Node.Identity identity(String node) {
    return new Node.Identity(new NodeId(node), "v1");
  }

  Seams seams() {
    return new Seams(monotonic, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true);
  }
}
