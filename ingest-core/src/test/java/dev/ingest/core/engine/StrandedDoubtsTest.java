package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Walks for what is stranded with a sequence of which the ledger does not say enough. */
final class StrandedDoubtsTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();

  /** The one of which the ledger does not tell the history, or takes no change. */
  private int number;

  /** Whether it does not. */
  private boolean isBad = true;

  private boolean isDown;
  private int asked;

  /** One was accepted before the split, failed after it, and has to be looked up in its history. */
  private void strand(int inFlight) {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 1);
    bench.time.advance(Duration.ofMinutes(1));
    RouteBench.set(engine, 0, 2);
    RouteBench.set(engine, 1, 3);
    bench.time.advance(Duration.ofMinutes(1));
    RouteBench.set(engine, 0, 3);
    routes.isBad = true;
    routes.accept(engine, 20);
    bench.run(engine);
    assertEquals(21, routes.count(State.FAILED));
    routes.accept(engine, inFlight);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
  }

  private boolean isAboutIt(String method, Object argument) {
    SequenceKey it = routes.accepted.get(number);
    return method.equals("history")
        ? argument.equals(it)
        : ((List<?>) argument)
            .stream().anyMatch(one -> one instanceof Transition step && step.key().equals(it));
  }

  /** A ledger that fails for that sequence when asked so. */
  private LedgerStore failing(String method) {
    Ledger ledger = bench.watchedLedger.ledger();
    Ledger failing =
        (Ledger)
            Proxy.newProxyInstance(
                Ledger.class.getClassLoader(),
                new Class<?>[] {Ledger.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals(method) && isAboutIt(method, arguments[0])) {
                    asked++;
                    if (isBad) {
                      throw new LedgerException("of this one nothing is known");
                    }
                  }
                  if (isDown && called.getName().equals("now")) {
                    throw new LedgerException("the ledger is out");
                  }
                  try {
                    return called.invoke(ledger, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new ForwardedLedger(bench.watchedLedger) {
      @Override
      public Ledger ledger() {
        return failing;
      }
    };
  }

  private Pass pass() {
    return RouteProgress.read(bench.ledger, Route.NAME).pass();
  }

  private boolean isClean() {
    return Stranded.isClean(routes.route(), pass());
  }

  /** Ticks for so long; returns how many ticks failed. */
  private int ticks(RouteWatcher watcher, Duration time) {
    int failed = 0;
    for (long s = 0; s < time.toSeconds(); s += TICK.toSeconds()) {
      bench.time.advance(TICK);
      try {
        watcher.tick();
      } catch (IncompleteTickException e) {
        failed++;
      }
    }
    return failed;
  }

  @Test
  void aHistoryThatCannotBeRead_keepsNoOther_andIsComeBackTo() {
    strand(0);
    bench.time.advance(Stranded.SETTLE);
    RouteWatcher watcher = routes.watcher(failing("history"));
    RuntimeException told = assertThrows(RuntimeException.class, watcher::tick);
    assertTrue(told.toString().contains(routes.accepted.get(0).toString()), told::toString);
    assertEquals(Map.of("new", 1, "old", 20), routes.pipelines());
    assertEquals(1, bench.told("ROUTE_REROUTED"));
    asked = 0;
    int failed = ticks(watcher, Duration.ofHours(2));
    assertEquals(Map.of("new", 1, "old", 20), routes.pipelines());
    assertFalse(isClean(), "one may still be stranded");
    assertTrue(failed > 0, "it is told as long as it lasts");
    assertTrue(failed < 20, () -> failed + " of 720 ticks looked again");
    assertEquals(failed, asked);
    isBad = false;
    ticks(watcher, Stranded.AGAIN.plus(TICK));
    assertEquals(Map.of("old", 21), routes.pipelines());
    assertEquals(2, bench.told("ROUTE_REROUTED"));
    assertTrue(isClean());
    bench.checkInvariants();
  }

  /** A watcher dies after the walk that was in doubt: the next one knows of it. */
  @Test
  void aDoubtSoonAfterTheChange_isComeBackToSoon() {
    strand(0);
    bench.time.advance(Stranded.SETTLE);
    RouteWatcher first = routes.watcher(failing("history"));
    assertEquals(2, ticks(first, TICK.multipliedBy(3)), "the second has moved none");
    isBad = false;
    ticks(routes.watcher(), Duration.ofMinutes(2));
    assertEquals(Map.of("old", 21), routes.pipelines());
  }

  @Test
  void anOutcomeThatStaysUnknown_keepsNoOther_andIsComeBackTo() {
    strand(300);
    number = 100;
    bench.time.advance(Stranded.SETTLE);
    RouteWatcher watcher = routes.watcher(failing("commit"));
    ticks(watcher, Duration.ofMinutes(1));
    assertEquals(1, routes.pipelines().get("new"), "all but one have moved");
    assertFalse(isClean());
    isBad = false;
    ticks(watcher, Duration.ofMinutes(2));
    assertEquals(Map.of("old", 321), routes.pipelines());
    bench.checkInvariants();
  }

  @Test
  void aLedgerThatDoesNotAnswer_isNoDoubtOfASequence() {
    strand(0);
    bench.time.advance(Stranded.SETTLE);
    LedgerStore failing = failing("history");
    Node node = bench.node(failing, bench.watchedContent);
    Stranded stranded = new Stranded(node, engine.committer(), engine.routing());
    int[] pages = {0};
    Stranded.Walked walked =
        stranded.walk(routes.route(), Pass.NONE, () -> isDown = pages[0]++ == 1, kept -> {});
    assertTrue(walked.failure().isPresent());
    assertEquals(0, walked.pass().moves().doubts());
    assertEquals(21, routes.pipelines().get("new"));
    isDown = false;
    isBad = false;
    assertEquals(
        21,
        stranded.walk(routes.route(), walked.pass(), () -> {}, kept -> {}).pass().moves().inWalk());
  }
}
