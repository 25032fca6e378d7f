package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Pipeline;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.FaultInjector;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Nodes of several services over one ledger, with a lookout, on manual time. */
final class Fleet {

  static final Duration SWEEP = Duration.ofSeconds(5);

  final Bench bench = new Bench();
  final Map<String, Engine> engines = new LinkedHashMap<>();
  final Lookout lookout = lookout(bench.watchedLedger);

  Lookout lookout(LedgerStore ledger) {
    Node node = bench.node(ledger, bench.watchedContent);
    return new Lookout(
        node, new WatcherLease(ledger, Watcher.LOOKOUT, node.identity().id(), node.seams()));
  }

  /** Starts a node, which registers at once. */
  Engine start(String name, String version, Pipeline... pipelines) {
    Engine engine = engine(bench.watchedLedger, name, version, pipelines);
    engines.put(name, engine);
    beat(engine);
    return engine;
  }

  /** Makes the node "one" of the version v1, whose calls of the ledger go wrong as told. */
  Engine faulting(FaultInjector faults) {
    return engine(new FaultingLedger(bench.watchedLedger, faults), "one", "v1", Bench.copying());
  }

  Engine engine(LedgerStore ledger, String name, String version, Pipeline... pipelines) {
    Node node = bench.node(ledger, bench.watchedContent, pipelines);
    return new Engine(
        new Node(
            new Node.Identity(new NodeId(name), version),
            node.ledger(),
            node.content(),
            node.pipelines(),
            node.policies(),
            node.seams()),
        bench.watchedContent,
        Duration.ofHours(1),
        new Supervisor(
            new dev.ingest.core.EngineListener() {
              @Override
              public void driverFailed(String driver, Throwable cause, long total) {
                bench.caught.add(cause);
              }
            }));
  }

  /** A node tells that it lives. */
  static void beat(Engine engine) {
    beat(engine.registry());
  }

  static void beat(Driver registry) {
    assertTrue(registry.tick().getAsInt() >= 0);
  }

  /** Returns a node that runs. */
  Engine node(String name) {
    return Objects.requireNonNull(engines.get(name), name);
  }

  private Engine ended(String name) {
    return Objects.requireNonNull(engines.remove(name), name);
  }

  /** Ends a node in order, after what it has claimed. */
  void stop(String name) {
    Engine engine = ended(name);
    engine.drain();
    bench.runTasks();
    engine.leases().handBack();
    engine.registry().end().run();
  }

  /** A node dies, with claims that it has just made. */
  void kill(String name) {
    Engine engine = ended(name);
    engine.worker().tick();
    engine.verifier().tick();
    bench.tasks.clear();
  }

  /** Lets all nodes work, beat and look as time goes by. */
  void run(Duration length) {
    for (long second = 0; second < length.toSeconds(); second++) {
      work();
      if (second % NodeRegistry.PERIOD.toSeconds() == 0) {
        engines.values().forEach(Fleet::beat);
      }
      if (second % SWEEP.toSeconds() == 0) {
        lookout.tick();
      }
      bench.time.advance(Duration.ofSeconds(1));
    }
  }

  /** Lets all nodes do what is due. */
  void work() {
    int done;
    do {
      done = 0;
      for (Engine engine : List.copyOf(engines.values())) {
        done += engine.worker().tick() + engine.verifier().tick();
      }
      bench.runTasks();
    } while (done > 0);
  }

  /** Lets time pass in which nodes live and nothing but the lookout works. */
  void idle(Duration length) {
    for (long second = 0; second < length.toSeconds(); second += NodeRegistry.PERIOD.toSeconds()) {
      engines.values().forEach(Fleet::beat);
      lookout.tick();
      bench.time.advance(NodeRegistry.PERIOD);
    }
  }

  /** The alerts of the lookout so far: code, pipeline and stage. */
  List<String> told() {
    List<String> told = new ArrayList<>();
    for (AlertRow row : bench.ledger.pendingAlerts()) {
      if (row.group().code().startsWith("STAGE_")) {
        told.add(
            "%s %s %s".formatted(row.group().code(), row.group().pipeline(), row.group().stage()));
      }
    }
    return told;
  }

  List<String> messages(String code) {
    return bench.ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().equals(code))
        .map(AlertRow::message)
        .toList();
  }
}
