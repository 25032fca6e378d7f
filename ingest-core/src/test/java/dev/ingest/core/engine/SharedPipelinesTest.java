package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static dev.ingest.core.engine.RouteBench.HEARTBEAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route;
import dev.ingest.core.RoutePolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of a pipeline that more than one route names, and when that is over. */
final class SharedPipelinesTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine =
      bench.engine(RouteBench.old(), routes.renewed(), RouteBench.named("third", Stage.copy()));
  private RouteWatcher watcher = routes.watcher();

  /** Lets the time of so many ticks pass. */
  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      bench.time.advance(TICK);
      watcher.tick();
    }
  }

  private List<String> messages() {
    return bench.ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().equals("ROUTES_SHARE_PIPELINE"))
        .map(AlertRow::message)
        .toList();
  }

  /** Sets a route besides the usual one, which is not to know of it. */
  private void setOther(String pipeline) {
    set("other", pipeline);
  }

  private void set(String route, String pipeline) {
    engine
        .acting()
        .route(route)
        .set(Map.of(pipeline, 1), Optional.of(Route.Sticky.SEQUENCE), CAROL, false);
  }

  @Test
  void aPipelineOfTwoRoutes_isToldOnceUntilItIsOneRoutes() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    ticks(1);
    assertEquals(1, bench.told("ROUTES_SHARE_PIPELINE"));
    AlertRow row = bench.alert("ROUTES_SHARE_PIPELINE");
    assertEquals("new", row.group().stage());
    assertTrue(row.message().contains("main (1 of 2), other (1 of 1)"), row::message);
    watcher.release();
    watcher = routes.watcher();
    ticks(7);
    bench.time.advance(Duration.ofHours(3));
    ticks(7);
    assertEquals(
        1, bench.told("ROUTES_SHARE_PIPELINE"), "by whoever watches, and without reminders");
    assertEquals(0, bench.told("ROUTES_APART"));
    engine.acting().route(Route.NAME).set(Map.of("old", 1), Optional.empty(), CAROL, false);
    ticks(7);
    assertEquals(1, bench.told("ROUTES_APART"));
    ticks(20);
    assertEquals(1, bench.told("ROUTES_APART"));
    setOther("old");
    ticks(7);
    assertEquals(2, bench.told("ROUTES_SHARE_PIPELINE"));
  }

  @Test
  void whatARouteStrandsInASharedPipeline_goesItsWayWhicheverRouteSentIt() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    bench.route = new RoutePolicy("other", HEARTBEAT);
    routes.accept(routes.engine(), 5);
    assertEquals(Map.of("new", 5), routes.pipelines());
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(TICK);
    watcher.tick();
    assertEquals(Map.of("old", 5), routes.pipelines());
  }

  @Test
  void aPipelineThatIsRolledBackInARouteAndHasAShareOfAnother_isShared() {
    RouteBench.set(engine, 1, 1);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    ticks(1);
    assertEquals(0, bench.told("ROUTES_SHARE_PIPELINE"));
    setOther("new");
    ticks(7);
    assertTrue(
        bench.alert("ROUTES_SHARE_PIPELINE").message().contains("main (rolled back), other"));
  }

  @Test
  void whatOtherRoutesSay_isNotOverWhereOneCannotBeRead() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    ticks(1);
    ControlRecord.Key key = KeptRoutes.key("other");
    ControlRecord read = bench.ledger.controls().read(key).orElseThrow();
    bench.ledger.controls().write(new ControlRecord(key, read.version() + 1, "damaged"));
    for (int i = 0; i < 7; i++) {
      bench.time.advance(TICK);
      assertThrows(RuntimeException.class, watcher::tick);
    }
    assertEquals(0, bench.told("ROUTES_APART"));
  }

  @Test
  void aPipelineThatIsOneRoutesAgain_isToldAlsoWhileARouteFailsForAnotherReason() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    ticks(1);
    watcher.release();
    RateSource broken =
        route -> {
          throw new LedgerException("the census of " + route.name() + " cannot be read");
        };
    watcher = routes.watcher(bench.watchedLedger, Optional.of(broken));
    setOther("third");
    bench.time.advance(Duration.ofMinutes(1));
    assertThrows(LedgerException.class, watcher::tick);
    assertEquals(1, bench.told("ROUTES_APART"));
  }

  @Test
  void aRouteThatComesToShareAPipeline_isToldOnceWithTheOthers() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    ticks(1);
    set("more", "new");
    ticks(7);
    assertEquals(2, messages().size());
    assertTrue(
        messages().get(1).contains("main (1 of 2), more (1 of 1), other"), messages()::toString);
    watcher.release();
    watcher = routes.watcher();
    ticks(14);
    assertEquals(2, messages().size(), "whoever watches");
    set("more", "third");
    ticks(14);
    assertEquals(2, messages().size(), "one route less is no news");
    set("more", "new");
    ticks(14);
    assertEquals(3, messages().size(), "and one that comes again is");
    assertEquals(0, bench.told("ROUTES_APART"));
  }

  @Test
  void aRouteThatCannotBeReadForAWhile_hasNotCome() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    set("more", "new");
    ticks(1);
    ControlRecord.Key key = KeptRoutes.key("more");
    ControlRecord read = bench.ledger.controls().read(key).orElseThrow();
    bench.ledger.controls().write(new ControlRecord(key, read.version() + 1, "damaged"));
    for (int i = 0; i < 7; i++) {
      bench.time.advance(TICK);
      assertThrows(RuntimeException.class, watcher::tick);
    }
    bench.ledger.controls().write(new ControlRecord(key, read.version() + 2, read.body()));
    ticks(14);
    assertEquals(1, messages().size());
  }

  @Test
  void whatWasToldInAnEarlierLifeOfTheLedger_isNotKeptWhereItIsOver() {
    RouteBench.set(engine, 1, 1);
    setOther("new");
    ticks(1);
    assertEquals(1, messages().size());
    InMemoryLedger restored = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    Misgivings conditions = new Misgivings(bench.node(restored, bench.content));
    assertEquals(1, restored.controls().list(Misgivings.KIND, "", 100).size());
    assertEquals(List.of(), conditions.parts(AlertCode.ROUTES_SHARE_PIPELINE));
    assertEquals(List.of(), restored.controls().list(Misgivings.KIND, "", 100));
    assertEquals(
        List.of("new"),
        new Misgivings(bench.node(bench.ledger, bench.content))
            .parts(AlertCode.ROUTES_SHARE_PIPELINE));
  }
}
