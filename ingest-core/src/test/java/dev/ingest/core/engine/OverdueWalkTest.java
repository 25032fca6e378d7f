package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.Upload;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is past its deadline in a route's pipelines is counted, look by look. */
final class OverdueWalkTest {

  private static final Duration TARGET = Duration.ofHours(1);

  /** As many as one look reads, of pages of five. */
  private static final int A_LOOK = 20 * 5;

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();
  private final BentLedger heard = new BentLedger(bench.watchedLedger);
  private final List<SequenceKey> read = new ArrayList<>();
  private final OverdueWalk walk = new OverdueWalk(bench.node(heard.store(), bench.watchedContent));

  OverdueWalkTest() {
    heard.read = entry -> read.add(entry.key());
  }

  private long overdue(String pipeline, Route route, Instant now) {
    return OwnEnds.sum(walk.of(route, now).getOrDefault(pipeline, Map.of())).overdue();
  }

  private long overdue() {
    return overdue("new", routes.route(), bench.time.instant());
  }

  @Test
  void aSequence_isOverdueFromItsDeadlineOn() {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 1);
    Instant deadline = bench.entry(routes.accepted.get(0)).receipt().deadline();
    assertEquals(0, overdue("new", routes.route(), deadline.minusNanos(1)));
    assertEquals(1, overdue("new", routes.route(), deadline));
  }

  @Test
  void whatWasAcceptedBeforeTheSplit_isNotOfIt() {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 3);
    bench.time.advance(Duration.ofSeconds(1));
    RouteBench.set(engine, 1, 9);
    RouteBench.set(engine, 0, 1);
    bench.time.advance(Duration.ofSeconds(1));
    routes.accept(engine, 2);
    bench.time.advance(TARGET);
    assertEquals(2, overdue());
  }

  /** Each step is another split. */
  @Test
  void whatWasAcceptedInAnEarlierStepOfARampPlan_isOfThePlan() {
    RouteBench.set(engine, 1, 0);
    engine
        .acting()
        .route(Route.NAME)
        .ramp(new RampPlan("old", "new", List.of(99, 100), TARGET, 1), CAROL, false);
    routes.accept(engine, 20);
    long accepted = routes.pipelines().getOrDefault("new", 0);
    bench.time.advance(TARGET);
    Route before = routes.route();
    Route next =
        RouteEdit.step(
            new RouteEdit.Draft(Route.NAME, Optional.of(before), "", CAROL, bench.time.instant()));
    assertEquals(accepted, overdue("new", next, bench.time.instant()));
  }

  @Test
  void canariesAndPipelinesOfNoRoute_areLeftOut() throws Exception {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    RouteBench.set(engine, 0, 1);
    Routing.Choice choice =
        engine.routing().choice(routes.route().split().branch("new").orElseThrow());
    SequenceKey canary = new SequenceKey(Canary.OWNER, SequenceId.of("canary"));
    try (Upload upload = engine.intake().openInto(canary, choice)) {
      upload.add(ItemName.of("a"), new byte[] {1});
      upload.submit();
    }
    routes.accept(engine, 1);
    bench.time.advance(TARGET);
    Map<String, Map<Long, OwnEnds>> found = walk.of(routes.route(), bench.time.instant());
    assertEquals(List.of("new"), List.copyOf(found.keySet()));
    assertEquals(1, overdue());
  }

  /** Has so many be overdue by one branch, read in small pages. */
  private void passDeadlines(int count) {
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, count);
    bench.time.advance(TARGET);
    heard.mostOfAPage = 5;
  }

  @Test
  void aLook_readsTwentyPagesAndTheNextGoesOn() {
    passDeadlines(A_LOOK + 30);
    assertFalse(walk.isThrough(routes.route()));
    assertEquals(A_LOOK, overdue(), "as far as the first walk has come");
    assertFalse(walk.isThrough(routes.route()));
    assertEquals(A_LOOK, read.size());
    assertEquals(A_LOOK + 30, overdue());
    assertEquals(A_LOOK + 30, read.size(), "each once");
    assertTrue(walk.isThrough(routes.route()));
    overdue();
    assertTrue(walk.isThrough(routes.route()), "what the last one found stands");
  }

  @Test
  void whatAWalkFound_standsUntilTheNextIsThrough() {
    passDeadlines(A_LOOK + 30);
    overdue();
    overdue();
    bench.run(engine);
    routes.accept(engine, A_LOOK + 1);
    bench.time.advance(TARGET);
    assertEquals(A_LOOK + 30, overdue(), "the walk of now is not through");
    assertEquals(A_LOOK + 1, overdue());
  }

  @Test
  void anotherSplit_isWalkedThroughFromItsBeginning() {
    passDeadlines(A_LOOK + 30);
    overdue();
    RouteBench.set(engine, 1, 9);
    RouteBench.set(engine, 0, 1);
    routes.accept(engine, 2);
    bench.time.advance(TARGET);
    assertEquals(0, overdue("old", routes.route(), bench.time.instant()));
    read.clear();
    assertEquals(2, overdue());
    assertEquals(32, read.size(), "goes on with the walk of this split");
  }

  /** Two owners of different numbers; of one owner all sequences count together. */
  @Test
  void sequencesOfOneOwner_areCountedUnderItsNumber() {
    RouteBench.set(engine, 0, 1);
    for (int i = 0; i < 3; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    Bench.submit(engine, SequenceKey.of("bob", "ride"), "a", "x");
    bench.time.advance(TARGET);
    Map<Long, OwnEnds> owners = walk.of(routes.route(), bench.time.instant()).get("new");
    assertEquals(
        Map.of(
            OwnEnds.number(OwnerId.of("alice")),
            new OwnEnds(0, 0, 3),
            OwnEnds.number(OwnerId.of("bob")),
            new OwnEnds(0, 0, 1)),
        owners);
  }
}
