package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route;
import dev.ingest.core.engine.RouteProgress.Moves;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Walks for what is stranded that another release has begun. */
final class StrandedTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();

  /**
   * What the release before kept: levels of escalation, and in each a place by its expiry. Whoever
   * takes them for the steps of today begins behind what is stranded.
   */
  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "1, true", "1, false", "16, true", "16, false"})
  void aWalkOfTheReleaseBefore_isBegunAnew(int level, boolean hasPlace) {
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    routes.accept(engine, 20);
    bench.run(engine);
    assertEquals(20, routes.count(State.FAILED));
    routes.accept(engine, 20);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(Stranded.SETTLE);
    Instant begun = bench.time.instant();
    Optional<DueQuery.Place> place =
        hasPlace
            ? Optional.of(
                new DueQuery.Place(begun.plus(Duration.ofDays(30)), SequenceKey.of("zz", "zz")))
            : Optional.empty();
    RouteProgress.read(bench.ledger, Route.NAME)
        .withPass(
            new Pass(
                RouteProgress.stranded(routes.route()), begun, level, place, new Moves(0, 3, 0)))
        .keep(bench.ledger);
    bench.time.advance(TICK);
    RouteWatcher watcher = routes.watcher();
    assertEquals(40, watcher.tick());
    assertEquals(Map.of("old", 40), routes.pipelines());
    assertTrue(
        bench.alert("ROUTE_REROUTED").message().startsWith("43 sequences"),
        "with those that it had moved");
    bench.checkInvariants();
  }
}
