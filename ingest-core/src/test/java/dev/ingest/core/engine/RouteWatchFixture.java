package dev.ingest.core.engine;

import dev.ingest.core.Route.Act;
import java.time.Duration;

/** Two pipelines under a route whose watcher ticks as the manual time goes on. */
abstract class RouteWatchFixture {

  static final Duration TICK = Duration.ofSeconds(10);

  final RouteBench routes = new RouteBench();
  final Bench bench = routes.bench;
  final Engine engine = routes.engine();
  RouteWatcher watcher = routes.watcher();

  /** Lets a tick's time pass, with so many sequences that come in and are worked on. */
  final void tick(int sequences) {
    bench.time.advance(TICK);
    routes.accept(engine, sequences);
    bench.run(engine);
    watcher.tick();
  }

  final void ticks(int count, int sequences) {
    for (int i = 0; i < count; i++) {
      tick(sequences);
    }
  }

  final boolean isRolledBack() {
    return routes.route().change().act() == Act.ROLLED_BACK;
  }
}
