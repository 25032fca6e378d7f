package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ramp plans, step by step to their end or back to their base, on manual time. */
final class RampStepsTest extends RouteWatchFixture {

  @Test
  void aRampPlan_goesStepByStepByItself() {
    RouteBench.set(engine, 1, 0);
    RampPlan plan = new RampPlan("old", "new", List.of(10, 50, 100), Duration.ofMinutes(1), 10);
    engine.acting().route(Route.NAME).ramp(plan, CAROL, false);
    Instant begun = bench.time.instant();
    ticks(5, 30);
    assertEquals(Map.of("old", 90, "new", 10), routes.route().split().weights());
    tick(30);
    assertEquals(Map.of("old", 50, "new", 50), routes.route().split().weights());
    assertEquals(begun.plus(Duration.ofMinutes(1)), routes.route().change().at());
    ticks(6, 30);
    assertEquals(Map.of("old", 0, "new", 100), routes.route().split().weights());
    assertEquals(Act.RAMP_STEP, routes.route().change().act());
    ticks(6, 30);
    assertEquals(Act.RAMP_DONE, routes.route().change().act());
    assertEquals(4, bench.told("ROUTE_CHANGED"), "set, begun, two steps; its end is told next");
    tick(0);
    assertEquals(5, bench.told("ROUTE_CHANGED"));
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
  }

  @Test
  void aRampPlan_waitsForItsCountAndWhileItIsPaused() {
    RampPlan plan = new RampPlan("old", "new", List.of(50, 100), TICK, 30);
    RouteBench.set(engine, 1, 0);
    RouteChanging main = engine.acting().route(Route.NAME);
    main.ramp(plan, CAROL, false);
    ticks(10, 2);
    assertEquals(Act.RAMP_BEGUN, routes.route().change().act());
    main.pause(true, CAROL, false);
    ticks(5, 20);
    assertEquals(Act.RAMP_PAUSED, routes.route().change().act());
    main.pause(false, CAROL, false);
    tick(0);
    assertEquals(Act.RAMP_STEP, routes.route().change().act());
  }

  @Test
  void aRampPlanWhoseCandidateIsBad_isRolledBackAndOver() {
    RouteBench.set(engine, 1, 0);
    RampPlan plan = new RampPlan("old", "new", List.of(25, 100), Duration.ofMinutes(5), 20);
    engine.acting().route(Route.NAME).ramp(plan, CAROL, false);
    routes.isBad = true;
    ticks(10, 20);
    assertTrue(isRolledBack());
    assertTrue(routes.route().ramp().isEmpty());
    routes.isBad = false;
    ticks(40, 5);
    assertEquals(Map.of("old", 100, "new", 0), routes.route().split().weights());
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
  }

  /** At the last step the base has no share any more, and its counts of the step before remain. */
  @Test
  void aCandidateThatBreaksAtTheLastStep_isRolledBackToTheBase() {
    RouteBench.set(engine, 1, 0);
    RampPlan plan = new RampPlan("old", "new", List.of(50, 100), Duration.ofMinutes(1), 20);
    engine.acting().route(Route.NAME).ramp(plan, CAROL, false);
    ticks(7, 20);
    assertEquals(Map.of("old", 0, "new", 100), routes.route().split().weights());
    routes.isBad = true;
    watcher.release();
    watcher = routes.watcher();
    ticks(3, 20);
    assertTrue(isRolledBack(), () -> routes.route().toString());
    assertEquals(Map.of("old", 100, "new", 0), routes.route().split().weights());
    ticks(8, 5);
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
  }

  @Test
  void aRampPlanWithNothingButFailures_isNeverDone() {
    RouteBench.set(engine, 1, 0);
    engine.acting().route(Route.NAME).policy(RollbackPolicy.OFF, CAROL, false);
    RampPlan plan = new RampPlan("old", "new", List.of(50, 100), Duration.ofMinutes(1), 20);
    engine.acting().route(Route.NAME).ramp(plan, CAROL, false);
    ticks(7, 20);
    assertEquals(Map.of("old", 0, "new", 100), routes.route().split().weights());
    routes.isBad = true;
    ticks(20, 10);
    assertTrue(routes.route().ramp().isPresent(), () -> routes.route().toString());
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    assertEquals(Map.of("old", 100, "new", 0), routes.route().split().weights());
  }
}
