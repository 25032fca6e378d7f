package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** That it is told how many went another way, whatever dies or fails on the way. */
final class ReroutingTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();
  private boolean isBad;

  private LedgerStore failing(Predicate<CallSite> call) {
    return new FaultingLedger(
        bench.watchedLedger, site -> call.test(site) ? new Fault.FailBefore() : Fault.NONE);
  }

  private void ticks(RouteWatcher watcher, int count) {
    for (int i = 0; i < count; i++) {
      bench.time.advance(TICK);
      watcher.tick();
    }
  }

  private String told() {
    assertEquals(1, bench.told("ROUTE_REROUTED"));
    return bench.alert("ROUTE_REROUTED").message();
  }

  /** A process that gets none of its writes through once it has moved a page is as one killed. */
  private void killedAfterTheFirstPage() {
    boolean[] hasMoved = {false};
    RouteWatcher dies =
        routes.watcher(
            failing(
                site -> {
                  hasMoved[0] |= site.method().equals("commit");
                  return hasMoved[0] && site.role() == Role.CONTROLS;
                }));
    assertThrows(IngestException.class, dies::tick);
    assertEquals(0, bench.told("ROUTE_REROUTED"));
  }

  /** Strands so many that failed and so many that are in flight. */
  private void strand(int failed, int inFlight) {
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    routes.accept(engine, failed);
    bench.run(engine);
    assertEquals(failed, routes.count(State.FAILED));
    routes.accept(engine, inFlight);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
  }

  @Test
  void killedBeforeItSaysWhatItHasMoved_isTold() {
    strand(0, 20);
    bench.time.advance(Stranded.SETTLE);
    killedAfterTheFirstPage();
    assertEquals(Map.of("old", 20), routes.pipelines());
    ticks(routes.watcher(), 20);
    assertTrue(told().startsWith("0 to 20 sequences"), this::told);
    assertEquals(0, RouteProgress.read(bench.ledger, Route.NAME).pass().moves().unsure());
  }

  @Test
  void killedBeforeItSaysWhatItHasMoved_isNotToldToBeFewer() {
    strand(20, 20);
    bench.time.advance(Stranded.SETTLE);
    killedAfterTheFirstPage();
    ticks(routes.watcher(), 20);
    assertEquals(Map.of("old", 40), routes.pipelines());
    assertTrue(told().startsWith("20 to 40 sequences"), this::told);
  }

  @Test
  void anErrorInTheMiddleOfAWalk_leavesTheCountAsItIs() {
    strand(20, 20);
    bench.time.advance(Stranded.SETTLE);
    isBad = true;
    RouteWatcher watcher = routes.watcher(failing(site -> isBad && site.method().equals("due")));
    assertThrows(IngestException.class, watcher::tick);
    assertEquals(Map.of("new", 20, "old", 20), routes.pipelines());
    isBad = false;
    ticks(routes.watcher(), 20);
    assertTrue(told().startsWith("40 sequences"), this::told);
  }

  @Test
  void anAlertThatIsNotTaken_holdsNothingBackAndIsToldLater() {
    strand(20, 20);
    bench.time.advance(Stranded.SETTLE);
    isBad = true;
    RouteWatcher watcher = routes.watcher(failing(site -> isBad && site.role() == Role.ALERTS));
    assertThrows(IngestException.class, watcher::tick);
    assertEquals(Map.of("old", 40), routes.pipelines());
    bench.time.advance(TICK);
    assertThrows(IngestException.class, watcher::tick);
    isBad = false;
    ticks(watcher, 20);
    assertTrue(told().startsWith("40 sequences"), this::told);
  }

  /** Also where the walk is given up, as nothing is rolled back any more. */
  @Test
  void anAlertThatIsNotTaken_isToldAlsoIfThePipelineIsTakenUpAgain() {
    strand(0, 20);
    routes.watcher().tick();
    bench.time.advance(Stranded.SETTLE);
    RouteBench.set(engine, 1, 1);
    isBad = true;
    RouteWatcher watcher = routes.watcher(failing(site -> isBad && site.role() == Role.ALERTS));
    assertThrows(IngestException.class, watcher::tick);
    bench.time.advance(TICK);
    assertThrows(IngestException.class, watcher::tick);
    isBad = false;
    ticks(watcher, 20);
    assertTrue(told().startsWith("20 sequences"), this::told);
  }

  /** Three pages of what is in flight; what is at rest costs none. */
  @Test
  void aPageOfMoves_costsOneWrite() {
    strand(0, 500);
    bench.time.advance(Stranded.SETTLE);
    RouteWatcher watcher = routes.watcher();
    ticks(watcher, 1);
    assertEquals(Map.of("old", 500), routes.pipelines());
    assertTrue(told().startsWith("500 sequences"), this::told);
    assertEquals(6, writes(), "the change, three pages, the end, and that it was told");
    ticks(watcher, 1);
    assertEquals(7, writes(), "the walk that finds nothing");
    ticks(watcher, 3);
    assertEquals(7, writes());
  }

  private long writes() {
    return RouteProgress.read(bench.ledger, Route.NAME).version();
  }
}
