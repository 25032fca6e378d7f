package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Change;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.Route.Split;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.engine.RouteProgress.Moves;
import dev.ingest.core.engine.RouteProgress.Step;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Routes and what their watcher knows, as the ledger keeps them. */
final class StoredRoutesTest {

  private static final Instant NOW = Bench.START;

  private final InMemoryLedger ledger = new InMemoryLedger(() -> NOW, IncarnationId.ofBits(1, 1));
  private final KeptRoutes routes = new KeptRoutes(ledger);

  private static Branch branch(String name, int weight, Optional<Instant> stranded) {
    return new Branch(
        new PipelineRef(name, Digest.ofUtf8(name)), new StageRef("first", 3), weight, stranded);
  }

  private static Route route(String name, long number, Optional<Ramp> ramp, Branch... branches) {
    return new Route(
        name,
        number,
        new Split(Sticky.SEQUENCE, "salt", List.of(branches), NOW.minusSeconds(7)),
        new RollbackPolicy(false, 77, 9, 11),
        ramp,
        new Change(Act.SET, "carol", "why = not", NOW));
  }

  private static Route plain(String name, long number) {
    return route(name, number, Optional.empty(), branch("a", 1, Optional.empty()));
  }

  private void change(Route next) {
    assertTrue(routes.replace(routes.read(next.name()), next));
  }

  @Test
  void route_isReadAsItWasSet() {
    RampPlan plan = new RampPlan("a", "b", List.of(1, 20, 100), Duration.ofMinutes(3), 9);
    for (boolean isPaused : List.of(true, false)) {
      Route set =
          route(
              isPaused ? "paused" : "runs",
              1,
              Optional.of(new Ramp(plan, 2, isPaused, NOW.minusSeconds(3))),
              branch("a", 5, Optional.empty()),
              branch("b", 0, Optional.of(NOW.minusSeconds(1))));
      change(set);
      assertEquals(Optional.of(set), routes.find(set.name()));
    }
    change(plain("z", 1));
    assertEquals(Optional.of(plain("z", 1)), routes.find("z"));
    assertEquals(List.of("paused", "runs"), routes.list("", 2).stream().map(Route::name).toList());
    assertEquals(List.of("z"), routes.list("runs", 2).stream().map(Route::name).toList());
    assertEquals(Optional.empty(), routes.find("none"));
  }

  @Test
  void changes_areKeptEachUnderItsNumber() {
    for (int number = 1; number <= 4; number++) {
      change(plain("z", number));
    }
    change(plain("other", 1));
    assertEquals(List.of(1L, 2L, 3L, 4L), numbers(0, 10));
    assertEquals(List.of(3L, 4L), numbers(2, 10));
    assertEquals(List.of(1L, 2L), numbers(0, 2));
    assertEquals(List.of(2L, 3L, 4L), numbers(1, 3));
    assertEquals(List.of(), numbers(4, 10));
    for (long number = 1; number <= 4; number++) {
      assertEquals(Optional.of(plain("z", number)), routes.at("z", number));
    }
    assertEquals(Optional.empty(), routes.at("z", 5));
    assertEquals(Optional.empty(), routes.at("none", 1));
  }

  private List<Long> numbers(long after, int limit) {
    return routes.history("z", after, limit).stream().map(Route::number).toList();
  }

  @Test
  void changeOfARouteThatWasChangedSince_takesNoEffect() {
    change(plain("z", 1));
    Optional<KeptRoutes.Stored> seen = routes.read("z");
    change(plain("z", 2));
    assertFalse(routes.replace(seen, plain("z", 2)));
    assertFalse(routes.replace(Optional.empty(), plain("z", 1)));
    assertEquals(List.of(1L, 2L), numbers(0, 10));
  }

  @Test
  void changeWhoseAnswerIsLost_isLookedFor() {
    change(plain("z", 1));
    KeptRoutes lost = new KeptRoutes(faulty("write", 2, new Fault.ReplyLost()));
    assertTrue(lost.replace(lost.read("z"), plain("z", 2)));
    KeptRoutes failing = new KeptRoutes(faulty("write", 2, new Fault.FailBefore()));
    Optional<KeptRoutes.Stored> seen = failing.read("z");
    assertThrows(OutcomeUnknownException.class, () -> failing.replace(seen, plain("z", 3)));
    assertEquals(List.of(1L, 2L), numbers(0, 10));
  }

  private LedgerStore faulty(String method, int count, Fault fault) {
    return new FaultingLedger(ledger, new FaultPlan().at(Role.CONTROLS, method, count, fault));
  }

  @Test
  void pipelineIsNamed_byTheRouteThatHasAWeightForItFirst() {
    change(route("a", 1, Optional.empty(), branch("x", 1, Optional.empty()), none("p")));
    change(route("b", 1, Optional.empty(), branch("x", 1, Optional.empty()), none("p")));
    assertEquals("a", routes.naming("p").orElseThrow().name());
    change(route("c", 1, Optional.empty(), branch("p", 1, Optional.empty())));
    assertEquals("c", routes.naming("p").orElseThrow().name());
    assertEquals("a", routes.naming("x").orElseThrow().name());
    assertEquals(Optional.empty(), routes.naming("q"));
  }

  private static Branch none(String name) {
    return branch(name, 0, Optional.empty());
  }

  @Test
  void progressOfAWatcher_isReadAsItWasKept() {
    RouteProgress none = RouteProgress.read(ledger, "z");
    assertEquals(0, none.version());
    DueQuery.Place place = new DueQuery.Place(NOW, SequenceKey.of("alice", "ride"));
    RouteProgress.Pass pass =
        new RouteProgress.Pass("b@7", NOW, Step.IN_FLIGHT, Optional.empty(), new Moves(3, 4, 5, 1))
            .at(Step.FAILED, Optional.of(place))
            .with(new Moves(3, 4, 5, 1).plus(10, 20).doubting(2));
    assertEquals(
        new RouteProgress.Pass(
            "b@7", NOW, Step.FAILED, Optional.of(place), new Moves(13, 14, 25, 3)),
        pass);
    assertEquals(pass.with(new Moves(13, 0, 0, 3)), pass.told());
    assertEquals(new Moves(0, 14, 25, 0), pass.moves().next());
    RouteProgress kept =
        none.withTold(9)
            .withLooks(new RouteProgress.Looks(NOW.minusSeconds(1), 6, "abc"))
            .withPass(pass)
            .withWaits(8)
            .keep(ledger);
    assertEquals(1, kept.version());
    assertEquals(kept, RouteProgress.read(ledger, "z"));
    RouteProgress again = kept.withPass(pass.told()).keep(ledger);
    assertEquals(2, again.version());
    assertEquals(again, RouteProgress.read(ledger, "z"));
    assertThrows(IncompleteTickException.class, () -> kept.keep(ledger), "another is at work");
    LedgerStore lost = faulty("write", 1, new Fault.ReplyLost());
    assertThrows(RuntimeException.class, () -> again.keep(lost));
    assertEquals(3, RouteProgress.read(ledger, "z").version());
  }

  @Test
  void strandedPipelines_areNamedWithTheirTimes() {
    Route route =
        route(
            "z",
            1,
            Optional.empty(),
            branch("a", 1, Optional.empty()),
            branch("b", 0, Optional.of(Instant.ofEpochMilli(7))),
            branch("c", 0, Optional.of(Instant.ofEpochMilli(8))));
    assertEquals("b@7,c@8", RouteProgress.stranded(route));
    assertEquals("", RouteProgress.stranded(plain("z", 1)));
  }
}
