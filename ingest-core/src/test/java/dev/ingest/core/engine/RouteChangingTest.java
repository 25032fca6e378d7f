package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.RouteReport;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What people decide about a route, and its history. */
final class RouteChangingTest {

  private final RouteBench routes = new RouteBench();
  private final Engine engine = routes.engine();
  private final RouteChanging main = engine.acting().route(Route.NAME);
  private final KeptRoutes kept = new KeptRoutes(routes.bench.ledger);

  private RouteReport set(Map<String, Integer> weights) {
    return main.set(weights, Optional.empty(), CAROL, false);
  }

  private static void assertRefused(Runnable act, String... words) {
    InvalidValueException refused = assertThrows(InvalidValueException.class, act::run);
    for (String word : words) {
      assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::getMessage);
    }
  }

  @Test
  void eachChange_isNumberedAndSaysWhoWhyAndWhen() {
    set(Map.of("old", 1));
    main.ramp(RampPlan.of("old", "new"), CAROL, false);
    main.pause(true, CAROL, false);
    main.pause(false, CAROL, false);
    main.policy(RollbackPolicy.OFF, CAROL, false);
    main.cancel(CAROL, false);
    main.rollBack("new", CAROL, false);
    List<Route> history = kept.history(Route.NAME, 0, 1_000);
    assertEquals(
        List.of(
            Act.SET,
            Act.RAMP_BEGUN,
            Act.RAMP_PAUSED,
            Act.RAMP_RESUMED,
            Act.POLICY_SET,
            Act.RAMP_CANCELLED,
            Act.ROLLED_BACK),
        history.stream().map(route -> route.change().act()).toList());
    assertEquals(
        LongStream.rangeClosed(1, 7).boxed().toList(),
        history.stream().map(Route::number).toList());
    assertTrue(
        history.stream()
            .allMatch(
                route ->
                    route.change().actor().equals("carol")
                        && route.change().reason().equals("a new version")
                        && route.change().at().equals(Bench.START)));
    assertEquals(history.subList(2, 4), kept.history(Route.NAME, 2, 2));
    assertEquals(Optional.of(history.get(6)), kept.find(Route.NAME));
    assertEquals(Optional.of(history.get(3)), kept.at(Route.NAME, 4));
    assertEquals(RollbackPolicy.OFF, history.get(6).rollback());
    assertEquals(Map.of("old", 99, "new", 0), history.get(6).split().weights());
  }

  /** Someone who was about to change the route wrote it as the ledger was restored under them. */
  @Test
  void pastChangeOfALifeThatWasLost_isNeitherShownNorInTheWay() {
    set(Map.of("old", 1));
    Route first = kept.find(Route.NAME).orElseThrow();
    set(Map.of("old", 7));
    ControlRecord lost = routes.bench.ledger.controls().list("route-change.main", "", 1).get(0);
    for (int number = 2; number <= 5; number++) {
      routes.bench.ledger.controls().write(numbered(lost, number));
    }
    Route second = kept.find(Route.NAME).orElseThrow();
    assertEquals(List.of(first, second), kept.history(Route.NAME, 0, 1_000));
    assertEquals(Optional.empty(), kept.at(Route.NAME, 4));
    set(Map.of("old", 8));
    Route third = kept.find(Route.NAME).orElseThrow();
    set(Map.of("old", 9));
    assertEquals(List.of(first, second, third), kept.history(Route.NAME, 0, 1_000).subList(0, 3));
    assertEquals(Optional.of(second), kept.at(Route.NAME, 2));
  }

  private static ControlRecord numbered(ControlRecord change, int number) {
    return new ControlRecord(
        new ControlRecord.Key(change.key().kind(), "%012d".formatted(number)),
        1,
        change.body().replace("number=1", "number=" + number));
  }

  @Test
  void anUnknownPipeline_isRefusedByName() {
    assertRefused(() -> set(Map.of("old", 1, "nwe", 1)), "nwe", "knows such a pipeline");
    assertRefused(() -> main.ramp(RampPlan.of("old", "newer"), CAROL, false), "newer", "pipeline");
    assertEquals(Optional.empty(), kept.find(Route.NAME));
    set(Map.of("old", 1));
    assertRefused(() -> main.rollBack("new", CAROL, false), "has the pipelines [old]");
  }

  @Test
  void weightsThatSplitNothing_areRefused() {
    assertRefused(() -> set(Map.of("old", 0, "new", 0)), "at least has a weight");
    assertRefused(() -> set(Map.of()), "1 to 8 pipelines");
    assertRefused(() -> set(Map.of("old", -1)), "the weight of pipeline old is 0 to 1000000");
    assertRefused(() -> set(Map.of("old", 1_000_001)), "0 to 1000000");
    Engine many =
        routes.bench.engine(
            routes.bench.ledger,
            routes.bench.content,
            LongStream.range(0, 9)
                .mapToObj(i -> RouteBench.named("p" + i, dev.ingest.core.Stage.copy()))
                .toArray(dev.ingest.core.Pipeline[]::new));
    Map<String, Integer> nine = new HashMap<>();
    LongStream.range(0, 9).forEach(i -> nine.put("p" + i, 1));
    assertRefused(
        () -> many.acting().route("many").set(nine, Optional.empty(), CAROL, false),
        "1 to 8 pipelines");
    assertRefused(() -> Route.checkName("Main"), "lower-case");
  }

  @Test
  void theOldestThatWasRolledBack_isForgottenForAnotherOnceNothingIsLeftInIt() {
    Engine many =
        routes.bench.engine(
            routes.bench.watchedLedger,
            routes.bench.watchedContent,
            LongStream.range(0, 9)
                .mapToObj(i -> RouteBench.named("p" + i, dev.ingest.core.Stage.copy()))
                .toArray(dev.ingest.core.Pipeline[]::new));
    RouteChanging changing = many.acting().route(Route.NAME);
    changing.set(Map.of("p0", 1), Optional.empty(), CAROL, false);
    for (int i = 7; i > 0; i--) {
      routes.bench.time.advance(Duration.ofSeconds(1));
      changing.set(Map.of("p0", 9, "p" + i, 1), Optional.empty(), CAROL, false);
      changing.rollBack("p" + i, CAROL, false);
    }
    Map<String, Integer> next = Map.of("p0", 9, "p8", 1);
    assertRefused(
        () -> changing.set(next, Optional.empty(), CAROL, false),
        "1 to 8 pipelines",
        "keeps [p1, p2, p3, p4, p5, p6, p7], which were rolled back");
    RouteWatcher watcher = routes.watcher();
    watcher.tick();
    routes.bench.time.advance(Duration.ofSeconds(61));
    watcher.tick();
    changing.set(next, Optional.empty(), CAROL, false);
    assertEquals(
        Map.of("p0", 9, "p1", 0, "p2", 0, "p3", 0, "p4", 0, "p5", 0, "p6", 0, "p8", 1),
        routes.route().split().weights());
  }

  @Test
  void aPipelineOfTheRoute_canBeNamedByAnEngineThatDoesNotHaveIt() {
    set(Map.of("old", 1, "new", 1));
    Engine partial =
        routes.bench.engine(routes.bench.ledger, routes.bench.content, Bench.copying());
    RouteReport report =
        partial
            .acting()
            .route(Route.NAME)
            .set(Map.of("old", 1, "new", 3), Optional.empty(), CAROL, false);
    assertEquals(
        routes.renewed().ref(), report.after().split().branch("new").orElseThrow().pipeline());
  }

  @Test
  void aRampPlanToAllAtOnce_isRefusedByName() {
    set(Map.of("old", 1));
    RampPlan plan = new RampPlan("old", "new", List.of(100), Duration.ofMinutes(1), 10);
    assertRefused(() -> main.ramp(plan, CAROL, false), "new", "compared with old");
  }

  @Test
  void aRampPlan_leavesOtherPipelinesTheirShare() {
    Engine three =
        routes.bench.engine(
            RouteBench.old(),
            routes.renewed(),
            RouteBench.named("third", dev.ingest.core.Stage.copy()));
    RouteChanging route = three.acting().route(Route.NAME);
    route.set(Map.of("old", 3, "third", 2), Optional.empty(), CAROL, false);
    RampPlan plan = new RampPlan("old", "new", List.of(10, 50, 100), Duration.ofMinutes(1), 10);
    Route begun = route.ramp(plan, CAROL, false).after();
    assertEquals(Map.of("old", 27, "new", 3, "third", 20), begun.split().weights());
    RouteEdit.Draft draft =
        new RouteEdit.Draft(Route.NAME, Optional.of(begun), "", CAROL, Bench.START);
    Route half = RouteEdit.step(draft);
    assertEquals(Map.of("old", 3, "new", 3, "third", 4), half.split().weights());
    Route last =
        RouteEdit.step(new RouteEdit.Draft(Route.NAME, Optional.of(half), "", CAROL, Bench.START));
    assertEquals(Map.of("old", 0, "new", 3, "third", 2), last.split().weights());
    Route back =
        RouteEdit.rollBack(
            new RouteEdit.Draft(Route.NAME, Optional.of(last), "", CAROL, Bench.START), "new");
    assertEquals(Map.of("old", 3, "new", 0, "third", 2), back.split().weights());
    route.set(Map.of("third", 1), Optional.empty(), CAROL, false);
    ActRefusedException refused =
        assertThrows(ActRefusedException.class, () -> route.ramp(plan, CAROL, false));
    assertTrue(String.valueOf(refused.getMessage()).contains("neither old nor new"));
  }

  @Test
  void aRampPlanBesideAPipelineWithoutAWeight_isOfHundredths() {
    Engine three =
        routes.bench.engine(
            RouteBench.old(),
            routes.renewed(),
            RouteBench.named("third", dev.ingest.core.Stage.copy()));
    RouteChanging route = three.acting().route(Route.NAME);
    route.set(Map.of("old", 3, "third", 0), Optional.empty(), CAROL, false);
    RampPlan plan = new RampPlan("old", "new", List.of(10, 50, 100), Duration.ofMinutes(1), 10);
    Route begun = route.ramp(plan, CAROL, false).after();
    assertEquals(Map.of("old", 90, "new", 10, "third", 0), begun.split().weights());
  }

  @Test
  void aPipelineThatIsNotNamed_staysWithoutAWeight() {
    set(Map.of("old", 1));
    RouteReport report = set(Map.of("new", 5));
    assertEquals(Map.of("old", 0, "new", 5), report.after().split().weights());
  }

  @Test
  void aRehearsal_changesNothingAndCountsWhatMoves() {
    RouteReport first = main.set(Map.of("old", 9, "new", 1), Optional.empty(), CAROL, true);
    assertFalse(first.committed());
    assertTrue(first.moves().estimated());
    assertEquals(1_000, first.moves().moved());
    assertEquals(Optional.empty(), kept.find(Route.NAME));
    set(Map.of("old", 9, "new", 1));
    routes.accept(engine, 400);
    RouteReport report = main.set(Map.of("old", 8, "new", 2), Optional.empty(), CAROL, true);
    assertFalse(report.moves().estimated());
    assertEquals(400, report.moves().of());
    assertEquals(40.0, (double) report.moves().moved(), 25);
    assertEquals(report.moves().moved(), report.moves().sequences());
    RouteReport none = main.set(Map.of("old", 90, "new", 10), Optional.empty(), CAROL, true);
    assertEquals(0, none.moves().moved());
    RouteReport bySequence =
        main.set(Map.of("old", 1, "new", 1), Optional.of(Sticky.SEQUENCE), CAROL, true);
    assertTrue(bySequence.moves().estimated());
    assertEquals(5_000, bySequence.moves().moved());
  }

  @Test
  void aRampOrPauseOutOfPlace_isRefused() {
    assertThrows(ActRefusedException.class, () -> main.pause(true, CAROL, false));
    set(Map.of("old", 1));
    assertThrows(ActRefusedException.class, () -> main.pause(true, CAROL, false));
    assertThrows(ActRefusedException.class, () -> main.cancel(CAROL, false));
    main.ramp(RampPlan.of("old", "new"), CAROL, false);
    main.pause(true, CAROL, false);
    assertThrows(ActRefusedException.class, () -> main.pause(true, CAROL, false));
    set(Map.of("old", 1));
    assertEquals(Optional.empty(), routes.route().ramp());
  }

  @Test
  void aRollbackOfTheOnlyOneWithAWeight_goesToTheOneOther() {
    set(Map.of("old", 0, "new", 100));
    RouteReport report = main.rollBack("new", CAROL, false);
    assertEquals(Map.of("old", 1, "new", 0), report.after().split().weights());
    assertEquals(
        Optional.of(Bench.START), report.after().split().branch("new").orElseThrow().stranded());
    set(Map.of("old", 1, "new", 1));
    assertEquals(Optional.empty(), routes.route().split().branch("new").orElseThrow().stranded());
    set(Map.of("old", 1));
    engine.acting().route("alone").set(Map.of("old", 1), Optional.empty(), CAROL, false);
    assertThrows(
        ActRefusedException.class,
        () -> engine.acting().route("alone").rollBack("old", CAROL, false));
  }

  @Test
  void aChangeThatSomeoneElseMadeFirst_isRefusedAndNamed() {
    set(Map.of("old", 1));
    boolean[] once = {true};
    LedgerStore raced =
        new FaultingLedger(
            routes.bench.ledger,
            call -> {
              if (call.role() == CallSite.Role.CONTROLS
                  && call.method().equals("write")
                  && once[0]) {
                once[0] = false;
                set(Map.of("old", 1, "new", 1));
              }
              return new Fault.None();
            });
    ActRefusedException refused =
        assertThrows(
            ActRefusedException.class,
            () ->
                routes
                    .engine(raced)
                    .acting()
                    .route(Route.NAME)
                    .set(Map.of("new", 1), Optional.empty(), CAROL, false));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("by carol: a new version"),
        refused::getMessage);
    assertEquals(Map.of("old", 1, "new", 1), routes.route().split().weights());
  }

  /** Whatever answer is lost, the history has what took effect, in order and without a gap. */
  @Test
  void theHistory_hasNoGapWhateverIsLost() {
    for (int seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RouteBench fresh = new RouteBench();
      LedgerStore faulty =
          new FaultingLedger(
              fresh.bench.ledger,
              call ->
                  call.role() == CallSite.Role.CONTROLS && random.nextInt(5) == 0
                      ? random.nextBoolean() ? new Fault.ReplyLost() : new Fault.FailBefore()
                      : new Fault.None());
      RouteChanging changing = fresh.engine(faulty).acting().route(Route.NAME);
      int done = 0;
      for (int i = 1; i <= 40; i++) {
        fresh.bench.time.advance(Duration.ofSeconds(1));
        try {
          changing.set(Map.of("old", i, "new", 1), Optional.empty(), CAROL, false);
          done++;
        } catch (OutcomeUnknownException | dev.ingest.spi.ledger.LedgerException e) {
          assertFalse(String.valueOf(e.getMessage()).isBlank());
        }
      }
      KeptRoutes kept = new KeptRoutes(fresh.bench.ledger);
      List<Route> history = kept.history(Route.NAME, 0, 1_000);
      assertTrue(history.size() >= done, "done " + done + ", kept " + history.size());
      assertEquals(
          LongStream.rangeClosed(1, history.size()).boxed().toList(),
          history.stream().map(Route::number).toList());
      assertEquals(kept.find(Route.NAME), Optional.of(history.get(history.size() - 1)));
    }
  }
}
