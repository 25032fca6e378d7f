package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Ramp plans that stay at a step, and who hears of it. */
final class RampWaitingTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();
  private final RouteChanging main = engine.acting().route(Route.NAME);
  private RouteWatcher watcher = routes.watcher();

  /** Lets a tick's time pass, with so many sequences that come in and are worked on. */
  private void ticks(int count, int sequences) {
    for (int i = 0; i < count; i++) {
      bench.time.advance(TICK);
      routes.accept(engine, sequences);
      bench.run(engine);
      watcher.tick();
    }
  }

  private void ramp(Duration step) {
    RouteBench.set(engine, 1, 0);
    main.ramp(new RampPlan("old", "new", List.of(50, 100), step, 30), CAROL, false);
  }

  private long told(String code) {
    return bench.alertCodes().stream().filter(code::equals).count();
  }

  private String message() {
    return bench.ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().equals("RAMP_WAITING"))
        .map(AlertRow::message)
        .reduce((before, last) -> last)
        .orElseThrow();
  }

  @Test
  void aStepThatLastsADayLongerThanItTakes_isToldOnceAndItsEndToo() {
    ramp(Duration.ofHours(1));
    ticks(2, 3);
    bench.time.advance(Duration.ofHours(25).minus(TICK.multipliedBy(4)));
    ticks(1, 0);
    assertEquals(0, told("RAMP_WAITING"), "an hour for the step, and a day");
    for (int hour = 0; hour < 30; hour++) {
      ticks(1, 0);
      bench.time.advance(Duration.ofHours(1));
      watcher.release();
      watcher = routes.watcher();
    }
    assertEquals(1, told("RAMP_WAITING"));
    assertTrue(message().startsWith("step 1 of 2, 50 % for new, "), message());
    assertTrue(message().endsWith("of 30 sequences have ended in new in this step"), message());
    assertEquals(0, told("RAMP_MOVING"));
    ticks(3, 30);
    assertEquals(Act.RAMP_STEP, routes.route().change().act());
    assertEquals(1, told("RAMP_MOVING"));
    assertEquals(1, told("RAMP_WAITING"));
  }

  @Test
  void aRampPlanThatIsPausedForADay_isToldAndAgainAfterItsEnd() {
    ramp(TICK);
    ticks(1, 0);
    for (int time = 1; time <= 2; time++) {
      main.pause(true, CAROL, false);
      ticks(1, 0);
      bench.time.advance(RouteWatcher.WAITING.minus(TICK).minusMillis(1));
      watcher.tick();
      assertEquals(time - 1, told("RAMP_WAITING"));
      bench.time.advance(Duration.ofMillis(1));
      watcher.tick();
      assertEquals(time, told("RAMP_WAITING"));
      assertTrue(message().endsWith("it is paused"));
      main.pause(false, CAROL, false);
      ticks(1, 0);
      assertEquals(time, told("RAMP_MOVING"));
    }
  }

  /** Enough has come through the candidate, and then it stalls while the clock is ahead. */
  private void stallWithAClockAhead(Duration ahead) {
    engine.begin();
    ramp(Duration.ofMinutes(1));
    ticks(4, 30);
    Engine partial = bench.engine(RouteBench.old());
    routes.accept(partial, 60);
    bench.run(partial);
    bench.ledgerAhead = ahead;
    bench.time.advance(TICK);
    watcher.tick();
  }

  @Test
  void aRampPlan_staysAsLongAsTheClockThatTellsWhatIsLateIsNotBelieved() {
    stallWithAClockAhead(Duration.ofHours(2));
    assertEquals(Act.RAMP_BEGUN, routes.route().change().act());
    assertEquals(
        Optional.empty(), RouteProgress.read(bench.ledger, Route.NAME).base(), "nobody late");
    assertEquals(0, told("RAMP_WAITING"));
    engine.acting().confirmTime(CAROL, false);
    bench.time.advance(TICK);
    watcher.tick();
    assertEquals(Act.ROLLED_BACK, routes.route().change().act(), "of what stalls some is late");
  }

  /** Of what has stalled, a look reads twenty. */
  @Test
  void aRampPlan_staysUntilAllThatIsInFlightWasLookedAt() {
    engine.begin();
    ramp(Duration.ofMinutes(1));
    ticks(5, 30);
    Engine partial = bench.engine(RouteBench.old());
    routes.accept(partial, 60);
    bench.run(partial);
    BentLedger pages = new BentLedger(bench.watchedLedger);
    pages.mostOfAPage = 1;
    watcher.release();
    watcher = routes.watcher(pages.store());
    bench.time.advance(TICK);
    watcher.tick();
    assertEquals(Act.RAMP_BEGUN, routes.route().change().act());
    assertEquals(
        Optional.empty(), RouteProgress.read(bench.ledger, Route.NAME).base(), "some unread");
    bench.time.advance(TICK);
    watcher.tick();
    assertEquals(Act.RAMP_STEP, routes.route().change().act(), "all was in time");
  }

  @Test
  void aRampPlanThatStaysForTheClock_isToldToWaitForIt() {
    stallWithAClockAhead(Duration.ofHours(26));
    assertEquals(Act.RAMP_BEGUN, routes.route().change().act());
    assertEquals(1, told("RAMP_WAITING"));
    assertTrue(message().contains(": the ledger's time is not believed"), message());
  }
}
