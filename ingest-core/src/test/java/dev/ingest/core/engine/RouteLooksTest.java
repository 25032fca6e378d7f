package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which routes are judged and how often, and what becomes of what fails on the way. */
final class RouteLooksTest {

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();

  /** It has nothing to be compared with. */
  @Test
  void aRouteWithOneShare_isNotJudgedUnlessItsRampPlanIs() {
    List<String> asked = new ArrayList<>();
    RateSource heard =
        route -> {
          asked.add(route.name());
          return Map.of();
        };
    RouteWatcher hearing = routes.watcher(bench.watchedLedger, Optional.of(heard));
    RouteBench.set(engine, 1, 0);
    hearing.tick();
    assertEquals(List.of(), asked);
    engine.acting().route(Route.NAME).ramp(RampPlan.of("old", "new"), CAROL, false);
    engine.acting().route(Route.NAME).policy(RollbackPolicy.OFF, CAROL, false);
    hearing.tick();
    assertEquals(List.of(Route.NAME), asked, "by its ramp plan");
    engine.acting().route(Route.NAME).cancel(CAROL, false);
    hearing.tick();
    assertEquals(1, asked.size(), "two shares, and no policy");
    engine.acting().route(Route.NAME).policy(RollbackPolicy.DEFAULT, CAROL, false);
    hearing.tick();
    assertEquals(2, asked.size());
  }

  @Test
  void whatFailsOfSeveralRoutes_isThrownTogether() {
    for (String name : List.of(Route.NAME, "other")) {
      engine
          .acting()
          .route(name)
          .set(Map.of("old", 1, "new", 1), Optional.of(Route.Sticky.SEQUENCE), CAROL, false);
    }
    RateSource broken =
        route -> {
          throw new LedgerException("the census of " + route.name());
        };
    RouteWatcher failing = routes.watcher(bench.watchedLedger, Optional.of(broken));
    LedgerException first = assertThrows(LedgerException.class, failing::tick);
    assertEquals("the census of main", first.getMessage());
    assertEquals(
        List.of("the census of other"),
        Stream.of(first.getSuppressed()).map(Throwable::getMessage).toList());
  }

  /** A look takes no more than a twentieth of the time. */
  @Test
  void aLookThatTakesLong_isFollowedByARestTwentyTimesAsLong() {
    int[] looks = {0};
    RateSource slow =
        route -> {
          looks[0]++;
          bench.time.advance(Duration.ofSeconds(3));
          return Map.of();
        };
    RouteWatcher resting = routes.watcher(bench.watchedLedger, Optional.of(slow));
    RouteBench.set(engine, 1, 1);
    resting.tick();
    assertEquals(1, looks[0]);
    bench.time.advance(Duration.ofSeconds(60).minusMillis(1));
    resting.tick();
    assertEquals(1, looks[0]);
    bench.time.advance(Duration.ofMillis(1));
    resting.tick();
    assertEquals(2, looks[0]);
  }

  /** Each look at a split leaves less to chance; those at the one before are none of it. */
  @Test
  void looks_areCountedAnewWithEachSplit() {
    int[] ended = {100};
    RateSource growing =
        route -> {
          ended[0] += 10;
          RateSource.Counts counts = new RateSource.Counts(ended[0], 0, 0);
          return Map.of("old", counts, "new", counts);
        };
    RouteWatcher looking = routes.watcher(bench.watchedLedger, Optional.of(growing));
    RouteBench.set(engine, 1, 1);
    for (int look = 1; look <= 3; look++) {
      looking.tick();
      assertEquals(look, RouteProgress.read(bench.ledger, Route.NAME).looks().count());
    }
    bench.time.advance(Duration.ofSeconds(1));
    RouteBench.set(engine, 1, 2);
    looking.tick();
    RouteProgress.Looks looks = RouteProgress.read(bench.ledger, Route.NAME).looks();
    assertEquals(1, looks.count());
    assertEquals(routes.route().split().since(), looks.since());
  }
}
