package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static dev.ingest.core.engine.RouteBench.CAROL;
import static dev.ingest.core.engine.RouteBench.HEARTBEAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Route;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where sequences go, on one node and on several. */
final class RoutingTest {

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;

  private static String choice(Engine engine, SequenceKey key) {
    return engine.routing().choose(key).pipeline().name();
  }

  private static List<String> choices(Engine engine) {
    return IntStream.range(0, 200)
        .mapToObj(i -> choice(engine, SequenceKey.of("owner-" + i, "ride")))
        .toList();
  }

  @Test
  void withoutARoute_theFirstPipelineTakesAll() {
    Engine engine = routes.engine();
    engine.begin();
    routes.accept(engine, 20);
    assertEquals(Map.of("old", 20), routes.pipelines());
  }

  @Test
  void theChoice_isPinnedAtAcceptance() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 1);
    routes.accept(engine, 40);
    Map<String, Integer> split = routes.pipelines();
    assertTrue(
        split.getOrDefault("old", 0) > 10 && split.getOrDefault("new", 0) > 10, split::toString);
    RouteBench.set(engine, 1, 0);
    assertEquals(split, routes.pipelines());
    bench.run(engine);
    assertEquals(40, routes.count(State.VERIFIED));
    assertEquals(split, routes.pipelines());
    bench.checkInvariants();
  }

  @Test
  void theAssignment_isTheSameOnAllNodesAndAfterRestarts() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 2, 1);
    List<String> choices = choices(engine);
    assertEquals(Set.of("old", "new"), Set.copyOf(choices));
    assertEquals(choices, choices(routes.engine()));
    Engine turned =
        bench.engine(bench.watchedLedger, bench.watchedContent, routes.renewed(), RouteBench.old());
    assertEquals(choices, choices(turned));
    Engine partial = bench.engine(bench.watchedLedger, bench.watchedContent, RouteBench.old());
    assertEquals(choices, choices(partial));
  }

  @Test
  void aPipelineThatTheNodeDoesNotHave_isEnteredByTheRoutesPlan() {
    Engine whole = routes.engine();
    RouteBench.set(whole, 0, 1);
    Engine partial = bench.engine(bench.watchedLedger, bench.watchedContent, RouteBench.old());
    Bench.submit(partial, RIDE, "a", "x");
    assertEquals(routes.renewed().ref(), bench.entry(RIDE).run().pipeline());
    bench.run(partial);
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    bench.run(whole);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void aChange_takesEffectWithinAHeartbeatAndCostsOneReadOfEachNode() {
    List<CallSite> reads = new ArrayList<>();
    LedgerStore counted =
        new FaultingLedger(
            bench.watchedLedger,
            call -> {
              if (call.role() == CallSite.Role.CONTROLS && call.method().equals("read")) {
                reads.add(call);
              }
              return new Fault.None();
            });
    Engine one = routes.engine();
    Engine other = routes.engine(counted);
    RouteBench.set(one, 1, 0);
    other.begin();
    reads.clear();
    RouteBench.set(one, 0, 1);
    bench.time.advance(HEARTBEAT.minusMillis(1));
    for (int i = 0; i < 50; i++) {
      assertEquals("old", choice(other, RIDE));
    }
    assertEquals(0, reads.size());
    bench.time.advance(Duration.ofMillis(1));
    for (int i = 0; i < 50; i++) {
      assertEquals("new", choice(other, RIDE));
    }
    assertEquals(2, reads.size(), "the route, and once whether it was told as unreadable");
    bench.time.advance(HEARTBEAT);
    assertEquals("new", choice(other, RIDE));
    assertEquals(3, reads.size());
  }

  /** As where one thread looks while another one changes the route. */
  @Test
  void aChangeByThisNodeDuringItsLook_isKnownToTheNextChoice() {
    ControlsOf ledger = new ControlsOf(bench.watchedLedger, bench.watchedLedger.controls()::write);
    Engine engine = routes.engine(ledger);
    RouteBench.set(engine, 1, 0);
    assertEquals("old", choice(engine, RIDE));
    ledger.afterRead =
        () -> {
          ledger.afterRead = () -> {};
          RouteBench.set(engine, 0, 1);
        };
    engine.routing().tick();
    assertEquals("new", choice(engine, RIDE));
  }

  @Test
  void aChangeByThisNodeDuringItsFirstLook_isKnownToThatChoice() {
    RouteBench.set(routes.engine(), 1, 0);
    ControlsOf ledger = new ControlsOf(bench.watchedLedger, bench.watchedLedger.controls()::write);
    Engine engine = routes.engine(ledger);
    ledger.afterRead =
        () -> {
          ledger.afterRead = () -> {};
          RouteBench.set(engine, 0, 1);
        };
    assertEquals("new", choice(engine, RIDE));
  }

  private LedgerStore withoutControlsWhere(boolean[] isOut) {
    return new FaultingLedger(
        bench.watchedLedger,
        call ->
            isOut[0] && call.role() == CallSite.Role.CONTROLS
                ? new Fault.FailBefore()
                : new Fault.None());
  }

  @Test
  void aChangeByThisNode_needsNoLookThatAnswers() {
    boolean[] isOut = {false};
    LedgerStore faulty = withoutControlsWhere(isOut);
    Engine engine = routes.engine(faulty);
    RouteBench.set(engine, 1, 0);
    assertEquals("old", choice(engine, RIDE));
    RouteBench.set(engine, 0, 1);
    isOut[0] = true;
    assertEquals("new", choice(engine, RIDE));
  }

  @Test
  void aLedgerThatDoesNotAnswer_leavesTheLastRoute() {
    boolean[] isOut = {false};
    LedgerStore faulty = withoutControlsWhere(isOut);
    Engine one = routes.engine();
    RouteBench.set(one, 0, 1);
    Engine other = routes.engine(faulty);
    assertEquals("new", choice(other, RIDE));
    isOut[0] = true;
    bench.time.advance(HEARTBEAT);
    Bench.submit(other, RIDE, "a", "x");
    assertEquals("new", routes.pipeline(RIDE));
    assertEquals(1, bench.caught.size());
    Engine third = routes.engine(faulty);
    assertThrows(OutcomeUnknownException.class, () -> choice(third, RIDE), "it does not guess");
  }

  @Test
  void aRecordOfANewerRelease_leavesTheLastRouteAndIsTold() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1);
    assertEquals("new", choice(engine, RIDE));
    ControlRecord.Key key = new ControlRecord.Key("route", "main");
    ControlRecord good = bench.ledger.controls().read(key).orElseThrow();
    bench.ledger.controls().write(new ControlRecord(key, 2, "ingest-record 2\nnumber=two"));
    bench.time.advance(HEARTBEAT);
    Bench.submit(engine, RIDE, "a", "x");
    assertEquals("new", routes.pipeline(RIDE));
    assertEquals(List.of("ROUTE_UNREADABLE"), bench.alertCodes());
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> routes.engine().begin());
    assertTrue(String.valueOf(refused.getMessage()).contains("route main"), refused::getMessage);
    bench.ledger.controls().write(new ControlRecord(key, 3, good.body()));
    bench.time.advance(HEARTBEAT);
    engine.routing().tick();
    assertEquals(List.of("ROUTE_UNREADABLE", "ROUTE_READABLE"), bench.alertCodes());
  }

  @Test
  void aRedrive_leavesAPipelineWithoutAWeight() {
    routes.isBad = true;
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1);
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    RouteBench.set(engine, 1, 0);
    engine.acting().redrive(RIDE, CAROL, false);
    assertEquals("old", routes.pipeline(RIDE));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void aRedrive_staysInAPipelineThatNoRouteNames() {
    Engine engine =
        bench.engine(
            bench.watchedLedger,
            bench.watchedContent,
            RouteBench.named(
                "third",
                Stage.perItem(
                    "fail",
                    1,
                    (item, context) -> {
                      throw new dev.ingest.core.PermanentStageException("no");
                    })),
            RouteBench.old());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    engine.acting().route(Route.NAME).set(Map.of("old", 1), Optional.empty(), CAROL, false);
    engine.acting().redrive(RIDE, CAROL, false);
    assertEquals("third", routes.pipeline(RIDE));
  }

  @Test
  void aRedriveByAnEngineWithAnotherRoute_goesByTheOneThatNamesThePipeline() {
    routes.isBad = true;
    Engine engine = routes.engine();
    engine.acting().route("rides").set(Map.of("old", 1, "new", 0), Optional.empty(), CAROL, false);
    Engine other = bench.engine(bench.watchedLedger, bench.watchedContent, routes.renewed());
    Bench.submit(other, RIDE, "a", "x");
    bench.run(other);
    assertEquals("new", routes.pipeline(RIDE));
    other.acting().redrive(RIDE, CAROL, false);
    assertEquals("old", routes.pipeline(RIDE));
  }

  @Test
  void aRedrive_goesByTheRouteThatHasAWeightForThePipelineRatherThanByOneThatItLeft() {
    routes.isBad = true;
    Engine engine = routes.engine();
    engine.acting().route("alt").set(Map.of("old", 1, "new", 0), Optional.empty(), CAROL, false);
    engine.acting().route("rides").set(Map.of("new", 1), Optional.empty(), CAROL, false);
    Engine other = bench.engine(bench.watchedLedger, bench.watchedContent, routes.renewed());
    Bench.submit(other, RIDE, "a", "x");
    bench.run(other);
    assertEquals(State.FAILED, bench.state(RIDE));
    other.acting().redrive(RIDE, CAROL, false);
    assertEquals("new", routes.pipeline(RIDE));
  }

  @Test
  void aReupload_goesByTheRoute() {
    routes.isBad = true;
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1);
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    RouteBench.set(engine, 1, 0);
    Bench.submit(engine, RIDE, "a", "x");
    assertEquals("old", routes.pipeline(RIDE));
    assertEquals(TransitionKind.READMITTED, bench.kinds(RIDE).get(2));
  }

  /**
   * S11: several nodes accept the same and different sequences while the route changes, replies get
   * lost and nodes are built anew; each sequence has one route, and all are verified.
   */
  @Test
  void oneRoutePerSequence_whateverChangesAndFails() {
    for (int seed = 0; seed < 20; seed++) {
      oneRoutePerSequence(new SplittableRandom(seed));
    }
  }

  private static void oneRoutePerSequence(SplittableRandom random) {
    RouteBench routes = new RouteBench();
    Bench bench = routes.bench;
    LedgerStore faulty =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                random.nextInt(40) == 0
                    ? random.nextBoolean() ? new Fault.ReplyLost() : new Fault.FailBefore()
                    : new Fault.None());
    List<Engine> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.add(routes.engine(faulty));
    }
    Set<SequenceKey> keys = new java.util.TreeSet<>();
    for (int step = 0; step < 120; step++) {
      Engine node = nodes.get(random.nextInt(3));
      bench.time.advance(Duration.ofMillis(random.nextInt(4_000)));
      switch (random.nextInt(8)) {
        case 0 -> RouteBench.set(routes.engine(), 1 + random.nextInt(9), random.nextInt(9));
        case 1 -> nodes.set(random.nextInt(3), routes.engine(faulty));
        default -> {
          SequenceKey key = SequenceKey.of("owner-" + random.nextInt(40), "ride");
          keys.add(key);
          try {
            Bench.submit(node, key, "a", "x of " + key);
          } catch (dev.ingest.spi.IngestException e) {
            bench.caught.add(e);
          }
        }
      }
    }
    Engine healer = routes.engine();
    keys.forEach(key -> Bench.submit(healer, key, "a", "x of " + key));
    bench.run(healer);
    for (SequenceKey key : keys) {
      assertEquals(State.VERIFIED, bench.state(key), key::toString);
      List<HistoryRow> rows = bench.history(key);
      assertEquals(
          1,
          rows.stream().filter(row -> row.step().kind() == TransitionKind.ACCEPTED).count(),
          rows::toString);
      assertTrue(
          rows.get(0)
              .note()
              .detail()
              .contains("pipeline=" + bench.entry(key).run().pipeline().name()),
          rows::toString);
    }
    bench.checkInvariants();
  }

  @Test
  void rerouting_isFencedAndRunsOnceInTheOther() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1);
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    assertEquals(State.PROCESSING, bench.state(RIDE));
    RouteBench.set(engine, 1, 0);
    Routing.Choice choice = engine.routing().choose(RIDE);
    engine
        .committer()
        .apply(
            bench.entry(RIDE), new Event.Rerouted("new", choice.pipeline(), choice.first(), CAROL));
    bench.runTasks();
    assertEquals(State.ACCEPTED, bench.state(RIDE), "what the old lease finished counts no more");
    bench.run(engine);
    assertEquals(
        List.of(
            TransitionKind.ACCEPTED,
            TransitionKind.REROUTED,
            TransitionKind.STAGE_DONE,
            TransitionKind.VERIFIED),
        bench.kinds(RIDE));
    assertEquals(List.of(), bench.alertCodes());
    bench.checkInvariants();
  }
}
