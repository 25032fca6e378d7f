package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Route;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A bench with two pipelines, of which the new one is as bad as a test wants it. */
final class RouteBench {

  static final Act CAROL = new Act("carol", "a new version");
  static final Duration HEARTBEAT = Duration.ofSeconds(10);

  /** An item that the new pipeline cannot take. */
  static final ItemName BROKEN = ItemName.of("broken");

  final Bench bench = new Bench();

  /** Whether the new pipeline fails for good. */
  boolean isBad;

  /** Whether the new pipeline fails, and is tried again. */
  boolean isRetrying;

  final List<SequenceKey> accepted = new ArrayList<>();

  Engine engine() {
    return engine(bench.watchedLedger);
  }

  Engine engine(LedgerStore ledger) {
    return bench.engine(ledger, bench.watchedContent, old(), renewed());
  }

  static Pipeline old() {
    return named("old", Stage.copy());
  }

  Pipeline renewed() {
    return named(
        "new",
        Stage.perItem(
            "renew",
            1,
            (item, context) -> {
              if (isBad || item.name().equals(BROKEN)) {
                throw new PermanentStageException("half of the deployment is missing");
              }
              if (isRetrying) {
                throw new IllegalStateException("a service is not there");
              }
              context.emit(item.name(), item.open());
            }));
  }

  static Pipeline named(String name, Stage stage) {
    return Pipeline.named(name).stage(stage).expect(Expectation.onePerItem()).build();
  }

  /** A watcher of a node of its own, which knows no pipeline. */
  RouteWatcher watcher() {
    return watcher(bench.watchedLedger);
  }

  RouteWatcher watcher(LedgerStore ledger) {
    return watcher(ledger, Optional.empty());
  }

  /** One that judges by other counts. */
  RouteWatcher watcher(LedgerStore ledger, Optional<RateSource> rates) {
    Pipeline[] none = {};
    Node node = bench.node(ledger, bench.watchedContent, none);
    Supervisor supervisor =
        new Supervisor(
            new EngineListener() {
              @Override
              public void driverFailed(String driver, Throwable cause, long total) {
                bench.caught.add(cause);
              }
            });
    Routing routing = new Routing(node, supervisor);
    return new RouteWatcher(
        node,
        rates.orElseGet(() -> new CensusRates(node)),
        new Stranded(node, new Committer(node, supervisor), routing),
        new WatcherLease(ledger, Watcher.ROUTER, node.identity().id(), node.seams()));
  }

  static void set(Engine engine, int old, int renewed) {
    set(engine, old, renewed, Route.Sticky.SEQUENCE);
  }

  static void set(Engine engine, int old, int renewed, Route.Sticky sticky) {
    engine
        .acting()
        .route(Route.NAME)
        .set(Map.of("old", old, "new", renewed), Optional.of(sticky), CAROL, false);
  }

  Route route() {
    return new KeptRoutes(bench.ledger).find(Route.NAME).orElseThrow();
  }

  /** Accepts so many new sequences, each of an owner of its own. */
  void accept(Engine engine, int count) {
    for (int i = 0; i < count; i++) {
      SequenceKey key = SequenceKey.of("owner-" + accepted.size(), "ride");
      Bench.submit(engine, key, "a", "x of " + key);
      accepted.add(key);
    }
  }

  /** Counts what was accepted by pipeline. */
  Map<String, Integer> pipelines() {
    Map<String, Integer> counts = new TreeMap<>();
    accepted.forEach(key -> counts.merge(pipeline(key), 1, Integer::sum));
    return counts;
  }

  String pipeline(SequenceKey key) {
    return bench.entry(key).run().pipeline().name();
  }

  long count(State state) {
    return accepted.stream().filter(key -> bench.state(key) == state).count();
  }
}
