package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.Route.Split;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What routes and backfills are made of is taken up to its bounds, and refused past them. */
final class RouteValuesTest {

  private static final Instant NOW = Shelf.START;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MILLION = 1_000_000;

  private static Branch branch(String name, int weight) {
    return new Branch(
        new PipelineRef(name, Digest.ofUtf8(name)),
        new StageRef("first", 1),
        weight,
        Optional.of(NOW));
  }

  private static Split split(Branch... branches) {
    return new Split(Sticky.OWNER, "salt", List.of(branches), NOW);
  }

  private static RampPlan steps(List<Integer> percents) {
    return new RampPlan("a", "b", percents, HOUR, 1);
  }

  private static RampPlan plan(Duration minTime, int minCount) {
    return new RampPlan("a", "b", List.of(100), minTime, minCount);
  }

  private static void assertRefused(Executable... made) {
    for (int i = 0; i < made.length; i++) {
      assertThrows(InvalidValueException.class, made[i], "the one at " + i);
    }
  }

  @Test
  void weights_areUpToAMillionAndOneOfThemIsNotZero() {
    assertRefused(
        () -> branch("a", -1),
        () -> branch("a", MILLION + 1),
        () -> split(branch("a", 0), branch("b", 0)));
    Split split = split(branch("b", MILLION), branch("a", 0));
    assertEquals(Map.of("a", 0, "b", MILLION), split.weights());
    assertEquals("a", split.branch("a").orElseThrow().name());
    assertEquals(Optional.empty(), split.branch("c"));
    Branch changed = split.branches().get(0).withWeight(7);
    assertEquals(7, changed.weight());
    assertEquals("b", changed.name());
    assertEquals(Optional.empty(), changed.stranded());
  }

  @Test
  void routes_haveOneToEightPipelinesOfDifferentNames() {
    Branch[] nine = IntStream.range(0, 9).mapToObj(i -> branch("p" + i, i)).toArray(Branch[]::new);
    Branch[] eight = List.of(nine).subList(1, 9).toArray(Branch[]::new);
    assertEquals(8, split(eight).branches().size());
    assertEquals(1, split(branch("a", 1)).branches().size());
    assertRefused(
        RouteValuesTest::split, () -> split(nine), () -> split(branch("a", 1), branch("a", 2)));
  }

  @Test
  void whatIsSticky_decides() {
    SequenceKey ride = SequenceKey.of("alice", "ride");
    assertEquals("alice", split(branch("a", 1)).text(ride));
    assertEquals(
        ride.toString(), new Split(Sticky.SEQUENCE, "", List.of(branch("a", 1)), NOW).text(ride));
  }

  @Test
  void rampPlans_haveStepsThatRise() {
    List<Integer> twenty = IntStream.rangeClosed(1, 20).boxed().toList();
    assertEquals(20, steps(twenty).percents().size());
    assertEquals(100, steps(List.of(1, 100)).weight(1));
    assertRefused(
        () -> steps(List.of()),
        () -> steps(IntStream.rangeClosed(1, 21).boxed().toList()),
        () -> steps(List.of(0)),
        () -> steps(List.of(101)),
        () -> steps(List.of(7, 7)),
        () -> steps(List.of(7, 6)),
        () -> new RampPlan("a", "a", List.of(100), HOUR, 1));
    Duration shortest = Duration.ofSeconds(10);
    Duration longest = Duration.ofDays(30);
    assertEquals(shortest, plan(shortest, 1).minTime());
    assertEquals(MILLION, plan(longest, MILLION).minCount());
    assertRefused(
        () -> plan(shortest.minusNanos(1), 1),
        () -> plan(longest.plusNanos(1), 1),
        () -> plan(HOUR, 0),
        () -> plan(HOUR, MILLION + 1));
    assertEquals(List.of(1, 10, 50, 100), RampPlan.of("a", "b").percents());
  }

  @Test
  void ramps_areAtAStepOfTheirPlan() {
    RampPlan plan = steps(List.of(1, 100));
    assertFalse(new Ramp(plan, 0, false, NOW).isLast());
    assertTrue(new Ramp(plan, 1, false, NOW).isLast());
    assertRefused(() -> new Ramp(plan, -1, false, NOW), () -> new Ramp(plan, 2, false, NOW));
  }

  @Test
  void rollbackPolicies_haveBounds() {
    assertEquals(10, new RollbackPolicy(true, 10, 5, 0).oneIn());
    assertEquals(999, new RollbackPolicy(true, MILLION, MILLION, 999).minExcess());
    assertRefused(
        () -> new RollbackPolicy(true, 9, 5, 0),
        () -> new RollbackPolicy(true, MILLION + 1, 5, 0),
        () -> new RollbackPolicy(true, 10, 4, 0),
        () -> new RollbackPolicy(true, 10, MILLION + 1, 0),
        () -> new RollbackPolicy(true, 10, 5, -1),
        () -> new RollbackPolicy(true, 10, 5, 1_000));
  }

  @Test
  void heartbeatsOfRoutes_haveBounds() {
    Duration shortest = Duration.ofMillis(100);
    Duration longest = Duration.ofMinutes(10);
    assertEquals(shortest, new RoutePolicy("main", shortest).heartbeat());
    assertEquals(longest, new RoutePolicy("main", longest).heartbeat());
    for (Duration bad : List.of(shortest.minusNanos(1), longest.plusNanos(1))) {
      assertThrows(ConfigurationException.class, () -> new RoutePolicy("main", bad));
    }
  }

  @Test
  void backfills_haveAPaceAndWeightsWithinBounds() {
    assertEquals(1, new BackfillPace(1, 1).perSecond());
    assertEquals(1_000, new BackfillPace(10_000, 1_000).concurrency());
    BackfillOrder order = BackfillOrder.of(IncidentQuery.ALL);
    Map<String, Integer> eight =
        IntStream.range(0, 8).boxed().collect(Collectors.toMap(i -> "p" + i, i -> i));
    Map<String, Integer> nine =
        IntStream.range(0, 9).boxed().collect(Collectors.toMap(i -> "p" + i, i -> i));
    assertEquals(eight, order.split(eight).weights());
    assertRefused(
        () -> new BackfillPace(0, 1),
        () -> new BackfillPace(10_001, 1),
        () -> new BackfillPace(1, 0),
        () -> new BackfillPace(1, 1_001),
        () -> order.split(nine),
        () -> order.split(Map.of("a", 0)),
        () -> order.split(Map.of("a", -1, "b", 1)));
  }

  /** A weight of none names a pipeline too, which nobody looks for; the record has all of them. */
  @Test
  void weightsOfABackfill_areOfNamesThatPipelinesCanHave() {
    BackfillOrder order = BackfillOrder.of(IncidentQuery.ALL);
    String longest = "p".repeat(64);
    Map<String, Integer> taken = Map.of("copy", 1, "9.a_b-c", 0, longest, 0);
    assertEquals(taken, order.split(taken).weights());
    for (String name :
        List.of("photos,copy", "copy:1,photos", "", "Copy", "-copy", longest + "p")) {
      assertRefused(() -> order.split(Map.of("copy", 1, name, 0)));
    }
  }
}
