package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static dev.ingest.core.engine.RouteBench.CAROL;
import static dev.ingest.core.engine.RouteBench.HEARTBEAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Stage;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rollback and re-routing, on manual time. */
final class RouteWatcherTest extends RouteWatchFixture {

  /** How many of a pipeline ended one way or the other. */
  private long ended(String pipeline) {
    return routes.accepted.stream()
        .filter(key -> routes.pipeline(key).equals(pipeline))
        .filter(key -> !bench.state(key).isInFlight())
        .count();
  }

  @Test
  void aBadVersionAtHalf_isRolledBackInTimeAndEverythingIsVerified() {
    RouteBench.set(engine, 1, 1);
    ticks(3, 20);
    routes.isBad = true;
    Instant broken = bench.time.instant();
    while (!isRolledBack()) {
      tick(20);
      assertTrue(
          bench.time.instant().isBefore(broken.plus(Duration.ofMinutes(2))), "not rolled back");
    }
    // 10 of 10 a tick fail, after some 30 that did not: two ticks give the least evidence for it.
    assertTrue(
        !bench.time.instant().isAfter(broken.plus(Duration.ofSeconds(30))),
        () -> "rolled back " + Duration.between(broken, bench.time.instant()) + " after it broke");
    assertEquals(Map.of("old", 1, "new", 0), routes.route().split().weights());
    bench.time.advance(HEARTBEAT);
    for (int i = 0; i < 20; i++) {
      assertEquals("old", engine.routing().choose(SequenceKey.of("o" + i, "r")).pipeline().name());
    }
    ticks(8, 5);
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
    assertTrue(
        routes.accepted.stream()
            .filter(key -> bench.kinds(key).contains(TransitionKind.FAILED))
            .allMatch(
                key ->
                    bench.kinds(key).contains(TransitionKind.REROUTED)
                        && routes.pipeline(key).equals("old")));
    assertEquals(1, bench.told("ROUTE_ROLLED_BACK"));
    assertTrue(
        bench.alert("ROUTE_ROLLED_BACK").message().contains("in new failed"),
        () -> bench.alert("ROUTE_ROLLED_BACK").message());
    assertEquals("new", bench.alert("ROUTE_ROLLED_BACK").group().pipeline());
    assertEquals("main", bench.alert("ROUTE_ROLLED_BACK").group().stage());
    assertEquals(1, bench.told("ROUTE_REROUTED"));
    assertEquals(bench.told("SEQUENCE_FAILED"), bench.told("SEQUENCE_RECOVERED"));
    assertEquals(List.of(), bench.caught);
    bench.checkInvariants();
  }

  @Test
  void aVersionThatOnlyRetries_isRolledBackWhenItsAttemptsAreSpent() {
    RouteBench.set(engine, 1, 1);
    routes.isRetrying = true;
    ticks(3, 20);
    assertFalse(isRolledBack());
    ticks(30, 2);
    assertTrue(isRolledBack());
    ticks(8, 0);
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
    bench.checkInvariants();
  }

  @Test
  void equals_stay() {
    RouteBench.set(engine, 1, 1);
    ticks(60, 6);
    assertEquals(Act.SET, routes.route().change().act());
    assertEquals(List.of("ROUTE_CHANGED"), bench.alertCodes());
  }

  @Test
  void withoutAPolicy_nothingIsRolledBack() {
    RouteBench.set(engine, 1, 1);
    engine.acting().route(Route.NAME).policy(RollbackPolicy.OFF, CAROL, false);
    routes.isBad = true;
    ticks(10, 20);
    assertFalse(isRolledBack());
  }

  @Test
  void whatFailedBeforeTheSplit_isLeftAlone() {
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    bench.time.advance(Duration.ofMinutes(5));
    RouteBench.set(engine, 1, 1);
    ticks(10, 20);
    assertTrue(isRolledBack());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(routes.accepted.size(), routes.count(State.VERIFIED));
  }

  @Test
  void someonesRollback_movesWhatIsInFlight() {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 500);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(TICK);
    assertEquals(500, watcher.tick());
    assertEquals(Map.of("old", 500), routes.pipelines());
    assertEquals(0, watcher.tick());
    bench.run(engine);
    assertEquals(500, routes.count(State.VERIFIED));
    assertEquals(0, bench.told("SEQUENCE_RECOVERED"), "nothing was told of them");
    assertEquals(1, bench.told("ROUTE_ROLLED_BACK"));
    bench.checkInvariants();
  }

  /** The way out for what is blocked in a pipeline that was retired, as its alert says. */
  @Test
  void rollbackOfAPipelineThatNoNodeHasAnyMore_movesWhatIsInFlight() {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 20);
    Engine without = bench.engine(bench.watchedLedger, bench.watchedContent, RouteBench.old());
    without.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(TICK);
    assertEquals(20, watcher.tick());
    bench.run(without);
    assertEquals(20, routes.count(State.VERIFIED));
    assertEquals(Map.of("old", 20), routes.pipelines());
  }

  @Test
  void aNodeThatKnowsTheOldRoute_strandsNothing() {
    Engine late = routes.engine();
    RouteBench.set(engine, 0, 1);
    late.begin();
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    watcher.tick();
    Bench.submit(late, RIDE, "a", "x");
    assertEquals("new", routes.pipeline(RIDE));
    bench.time.advance(TICK);
    assertEquals(1, watcher.tick());
    assertEquals("old", routes.pipeline(RIDE));
  }

  @Test
  void aPipelineThatGetsAWeightAgain_keepsWhatIsInIt() {
    RouteBench.set(engine, 0, 1);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    watcher.tick();
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 20);
    bench.time.advance(TICK);
    assertEquals(0, watcher.tick());
    assertEquals(Map.of("new", 20), routes.pipelines());
  }

  /** One page at a time, of which there are three of what had failed long before. */
  @Test
  void whatIsStranded_doesNotWaitBehindWhatHadFailedBefore() {
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    routes.accept(engine, 450);
    bench.run(engine);
    assertEquals(450, routes.count(State.FAILED));
    bench.time.advance(Duration.ofHours(1));
    RouteBench.set(engine, 1, 1);
    routes.accept(engine, 40);
    bench.run(engine);
    long failed = routes.count(State.FAILED) - 450;
    routes.accept(engine, 40);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    Node node = bench.node(bench.watchedLedger, bench.watchedContent);
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    Stranded stranded =
        new Stranded(node, new Committer(node, supervisor), new Routing(node, supervisor), 1);
    RouteProgress.Pass first =
        stranded.walk(routes.route(), RouteProgress.Pass.NONE, () -> {}, kept -> {}).pass();
    long inFlight = first.moves().inWalk();
    assertTrue(inFlight > 0, "what is in flight goes first");
    assertEquals(
        inFlight + failed,
        stranded.walk(routes.route(), first, () -> {}, kept -> {}).pass().moves().inWalk(),
        "then what failed since");
    assertEquals(450, routes.pipelines().get("new"), "what had failed before stays");
  }

  /** Watchers that die at any call, one after the other: all is moved, each once, and told. */
  @Test
  void rerouting_goesOnWhateverDies() {
    for (int seed = 0; seed < 10; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RouteBench fresh = new RouteBench();
      Engine node = fresh.engine();
      RouteBench.set(node, 0, 1);
      fresh.isBad = true;
      fresh.accept(node, 60);
      fresh.bench.run(node);
      fresh.accept(node, 400);
      node.acting().route(Route.NAME).rollBack("new", CAROL, false);
      LedgerStore faulty =
          new FaultingLedger(
              fresh.bench.watchedLedger,
              call ->
                  call.role() != CallSite.Role.WORK && random.nextInt(12) == 0
                      ? random.nextBoolean() ? new Fault.ReplyLost() : new Fault.FailBefore()
                      : new Fault.None());
      for (int i = 0; i < 80; i++) {
        fresh.bench.time.advance(Duration.ofSeconds(45));
        try {
          fresh.watcher(faulty).tick();
        } catch (dev.ingest.spi.IngestException e) {
          fresh.bench.caught.add(e);
        }
      }
      assertFalse(fresh.bench.caught.isEmpty());
      assertEquals(Map.of("old", 460), fresh.pipelines(), "seed " + seed);
      for (SequenceKey key : fresh.accepted) {
        assertEquals(
            1, fresh.bench.kinds(key).stream().filter(TransitionKind.REROUTED::equals).count());
      }
      fresh.bench.run(node);
      assertEquals(460, fresh.count(State.VERIFIED));
      assertTrue(fresh.bench.alertCodes().contains("ROUTE_ROLLED_BACK"));
      fresh.bench.checkInvariants();
    }
  }

  @Test
  void anotherWatcher_goesOnWithTheLooks() {
    RouteBench.set(engine, 1, 1);
    ticks(10, 6);
    long looks = RouteProgress.read(bench.ledger, Route.NAME).looks().count();
    assertTrue(looks > 0);
    watcher.release();
    watcher = routes.watcher();
    ticks(3, 6);
    assertEquals(looks + 3, RouteProgress.read(bench.ledger, Route.NAME).looks().count());
    ticks(3, 0);
    assertEquals(
        looks + 3,
        RouteProgress.read(bench.ledger, Route.NAME).looks().count(),
        "what was counted before is no new look");
  }

  @Test
  void whatFailedBeforeTheSplit_isNoEvidence() {
    routes.isBad = true;
    RouteBench.set(engine, 0, 1);
    ticks(2, 20);
    routes.isBad = false;
    RouteBench.set(engine, 1, 1);
    ticks(20, 6);
    assertTrue(ended("new") > 40);
    assertFalse(isRolledBack(), "20 that failed before the split are no evidence against it");
  }

  @Test
  void rollbacksOneAfterTheOther_areEachToldByTheirPipeline() {
    List<String> names =
        IntStream.range(0, 5).mapToObj(i -> "photos-of-many-" + "x".repeat(20) + i).toList();
    Engine many =
        bench.engine(
            names.stream()
                .map(name -> RouteBench.named(name, Stage.copy()))
                .toArray(Pipeline[]::new));
    RouteChanging main = many.acting().route(Route.NAME);
    main.set(
        names.stream().collect(Collectors.toMap(name -> name, name -> 1)),
        Optional.of(Route.Sticky.SEQUENCE),
        CAROL,
        false);
    routes.accept(many, 100);
    for (String name : names.subList(0, 4)) {
      main.rollBack(name, CAROL, false);
      bench.time.advance(TICK);
      watcher.tick();
    }
    assertEquals(Map.of(names.get(4), 100), routes.pipelines());
    assertEquals(
        names.subList(0, 4),
        bench.ledger.pendingAlerts().stream()
            .filter(row -> row.group().code().equals("ROUTE_ROLLED_BACK"))
            .map(row -> row.group().pipeline())
            .toList());
    bench.time.advance(Stranded.SETTLE);
    watcher.tick();
    bench.time.advance(TICK);
    watcher.tick();
    assertTrue(
        bench.alert("ROUTE_REROUTED").message().contains(names.get(0) + "@"),
        () -> bench.alert("ROUTE_REROUTED").message());
  }

  @Test
  void rollbackThatStrandsNothing_isToldWithoutAWordOfSequences() {
    RouteBench.set(engine, 1, 1);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(TICK);
    watcher.tick();
    // Taken up again before the walk was through, and rolled back once more.
    RouteBench.set(engine, 1, 1);
    bench.time.advance(TICK);
    watcher.tick();
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(Stranded.SETTLE);
    ticks(3, 0);
    assertEquals(2, bench.told("ROUTE_ROLLED_BACK"));
    assertEquals(0, bench.told("ROUTE_REROUTED"));
  }

  @Test
  void whatWentAnotherWay_isToldAlsoIfThePipelineIsTakenUpAgain() {
    RouteBench.set(engine, 1, 1);
    routes.accept(engine, 40);
    long stranded = routes.pipelines().getOrDefault("new", 0);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(TICK);
    watcher.tick();
    assertEquals(Map.of("old", 40), routes.pipelines());
    assertEquals(0, bench.told("ROUTE_REROUTED"), "more may come");
    RouteBench.set(engine, 1, 1);
    bench.time.advance(TICK);
    watcher.tick();
    assertTrue(
        bench.alert("ROUTE_REROUTED").message().startsWith(stranded + " sequences"),
        () -> bench.alert("ROUTE_REROUTED").message());
    ticks(3, 0);
    assertEquals(1, bench.told("ROUTE_REROUTED"));
  }

  /** A route whose evidence cannot be read hinders neither its re-routing nor other routes. */
  @Test
  void aRouteThatFails_leavesTheOthersAndWhatIsStranded() {
    Engine three =
        bench.engine(RouteBench.old(), routes.renewed(), RouteBench.named("third", Stage.copy()));
    for (String name : List.of(Route.NAME, "other")) {
      three
          .acting()
          .route(name)
          .set(
              Map.of("old", 1, "new", name.equals(Route.NAME) ? 1 : 0, "third", 1),
              Optional.of(Route.Sticky.SEQUENCE),
              CAROL,
              false);
    }
    routes.accept(three, 60);
    assertTrue(routes.pipelines().containsKey("new"));
    three.acting().route(Route.NAME).rollBack("new", CAROL, false);
    three.acting().route("other").rollBack("third", CAROL, false);
    bench.time.advance(TICK);
    RateSource broken =
        route -> {
          throw new LedgerException("the census of " + route.name() + " cannot be read");
        };
    RouteWatcher failing = routes.watcher(bench.watchedLedger, Optional.of(broken));
    assertThrows(LedgerException.class, failing::tick);
    assertFalse(routes.pipelines().containsKey("new"), "what route main stranded has not moved");
    assertEquals(2, bench.told("ROUTE_ROLLED_BACK"));
  }
}
