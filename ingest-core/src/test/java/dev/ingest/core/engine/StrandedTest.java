package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route;
import dev.ingest.core.engine.RouteProgress.Moves;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.core.engine.RouteProgress.Step;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Walks for what is stranded that another release has begun, or goes on with. */
final class StrandedTest {

  private static final Duration TICK = Duration.ofSeconds(10);
  private static final SequenceKey LAST = SequenceKey.of("zz", "zz");
  private static final SequenceKey FIRST = SequenceKey.of("a", "a");

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();

  /** Strands 20 that failed and 20 that are in flight; returns when nodes have heard of it. */
  private Instant strand() {
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    routes.accept(engine, 20);
    bench.run(engine);
    assertEquals(20, routes.count(State.FAILED));
    routes.accept(engine, 20);
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    bench.time.advance(Stranded.SETTLE);
    return bench.time.instant();
  }

  /** A record as the releases before wrote it, of 3 that were moved. */
  private void keepAsBefore(Instant begun, int level, Optional<DueQuery.Place> place) {
    String body =
        """
        ingest-record 1
        told=0
        since=0
        looks=0
        seen=
        stranded=%s
        begun=%d
        level=%d
        after=%s
        owner=%s
        id=%s
        moved=0
        total=3
        waits=0"""
            .formatted(
                RouteProgress.stranded(routes.route()),
                begun.toEpochMilli(),
                level,
                place.map(it -> it.at().toEpochMilli() + "").orElse(""),
                place.map(it -> it.key().owner().value()).orElse(""),
                place.map(it -> it.key().id().value()).orElse(""));
    ControlRecord.Key key = new ControlRecord.Key(RouteProgress.KIND, Route.NAME);
    assertTrue(bench.ledger.controls().write(new ControlRecord(key, 1, body)).isApplied());
  }

  private void assertAllMoveInATick() {
    bench.time.advance(TICK);
    assertEquals(40, routes.watcher().tick());
    assertEquals(Map.of("old", 40), routes.pipelines());
    assertTrue(
        bench.alert("ROUTE_REROUTED").message().startsWith("43 sequences"),
        "with those that it had moved");
    bench.checkInvariants();
  }

  /**
   * What the releases before kept: levels of escalation, and in each a place by its expiry. Whoever
   * takes them for the steps of today begins behind what is stranded.
   */
  @ParameterizedTest
  @CsvSource({"0, true", "0, false", "1, true", "1, false", "16, true", "16, false"})
  void aWalkOfTheReleaseBefore_isBegunAnew(int level, boolean hasPlace) {
    Instant begun = strand();
    Instant expiry = begun.plus(Duration.ofDays(30));
    keepAsBefore(
        begun, level, hasPlace ? Optional.of(new DueQuery.Place(expiry, LAST)) : Optional.empty());
    assertAllMoveInATick();
  }

  /** What a release kept in the field of the levels: the steps of today, by other names. */
  @ParameterizedTest
  @CsvSource({"100, IN_FLIGHT", "101, FAILED"})
  void aWalkOfNumberedSteps_isGoneOnWith(int level, Step step) {
    Instant begun = strand();
    Optional<DueQuery.Place> place = Optional.of(new DueQuery.Place(Instant.EPOCH, FIRST));
    keepAsBefore(begun, level, place);
    assertEquals(
        new Pass(RouteProgress.stranded(routes.route()), begun, step, place, new Moves(0, 3, 0, 0)),
        RouteProgress.read(bench.ledger, Route.NAME).pass());
    if (step == Step.IN_FLIGHT) {
      assertAllMoveInATick();
    } else {
      assertEquals(20, routes.watcher().tick(), "those that failed");
    }
  }

  @Test
  void aWalkOfBeforeThatIsThrough_restsUntilItIsTimeAgain() {
    keepAsBefore(strand(), Standing.MAX_ESCALATIONS + 1, Optional.empty());
    bench.time.advance(TICK);
    RouteWatcher watcher = routes.watcher();
    assertEquals(0, watcher.tick());
    bench.time.advance(Stranded.AGAIN);
    assertEquals(40, watcher.tick());
  }

  /** Where the release before takes the turn, in the middle of a walk or after one in doubt. */
  @ParameterizedTest
  @CsvSource({"IN_FLIGHT, 0", "FAILED, 0", "THROUGH, 1"})
  void aWalkOfToday_isBegunAnewByTheReleaseBefore(Step step, long doubts) {
    Instant begun = strand();
    DueQuery.Place place = new DueQuery.Place(begun.plus(Duration.ofDays(60)), LAST);
    Optional<DueQuery.Place> after = step == Step.THROUGH ? Optional.empty() : Optional.of(place);
    Pass pass =
        new Pass(
            RouteProgress.stranded(routes.route()), begun, step, after, new Moves(0, 3, 0, doubts));
    RouteProgress.read(bench.ledger, Route.NAME).withPass(pass).keep(bench.ledger);
    assertEquals(pass, RouteProgress.read(bench.ledger, Route.NAME).pass());
    assertEquals(new HashSet<>(routes.accepted), seenByTheReleaseBefore());
  }

  @Test
  void aWalkOfTodayThatIsThrough_isSoForTheReleaseBefore() {
    Instant begun = strand();
    Pass pass =
        new Pass(
            RouteProgress.stranded(routes.route()),
            begun,
            Step.THROUGH,
            Optional.empty(),
            new Moves(0, 3, 0, 0));
    RouteProgress.read(bench.ledger, Route.NAME).withPass(pass).keep(bench.ledger);
    assertEquals(pass, RouteProgress.read(bench.ledger, Route.NAME).pass());
    assertEquals(Set.of(), seenByTheReleaseBefore());
  }

  /** What it looks at, from where the record says on: level by level, in the order of expiry. */
  private Set<SequenceKey> seenByTheReleaseBefore() {
    ControlRecord.Key key = new ControlRecord.Key(RouteProgress.KIND, Route.NAME);
    RecordBody body = RecordBody.parse(bench.ledger.controls().read(key).orElseThrow());
    int level = body.count("level");
    assertTrue(level <= Standing.MAX_ESCALATIONS + 1, "it never begins again at one past that");
    Optional<DueQuery.Place> after =
        body.text("after").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new DueQuery.Place(
                    body.time("after"), SequenceKey.of(body.text("owner"), body.text("id"))));
    Set<SequenceKey> seen = new HashSet<>();
    for (; level <= Standing.MAX_ESCALATIONS; level++) {
      DueQuery query =
          new DueQuery(DueQuery.Kind.RISK, Duration.ofDays(1_000_000), level, after, 200);
      List<Entry> page = bench.ledger.ledger().due(query);
      page.forEach(entry -> seen.add(entry.key()));
      after = Optional.empty();
    }
    return seen;
  }
}
