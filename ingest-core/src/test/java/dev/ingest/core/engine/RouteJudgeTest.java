package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RateSource.Tally;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which pipeline is found worse than the others, and how often by chance alone. */
final class RouteJudgeTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final Counts GOOD = new Counts(1_000, 10, 0);

  static Route route(RollbackPolicy policy, Map<String, Integer> weights, Optional<Ramp> ramp) {
    return route(Route.Sticky.OWNER, policy, weights, ramp);
  }

  private static Route route(
      Route.Sticky sticky,
      RollbackPolicy policy,
      Map<String, Integer> weights,
      Optional<Ramp> ramp) {
    List<Branch> branches = new ArrayList<>();
    weights.forEach(
        (name, weight) ->
            branches.add(
                new Branch(
                    new PipelineRef(name, Digest.ofUtf8(name)),
                    new StageRef("first", 1),
                    weight,
                    Optional.empty())));
    return new Route(
        "main",
        1,
        new Route.Split(sticky, "salt", branches, START),
        policy,
        ramp,
        new Route.Change(Route.Act.SET, "carol", "a test", START));
  }

  private static Route half() {
    return route(RollbackPolicy.DEFAULT, Map.of("old", 50, "new", 50), Optional.empty());
  }

  private static Optional<String> worst(Route route, Counts candidate, Counts base) {
    return RouteJudge.worst(route, Map.of("new", candidate, "old", base), 1)
        .map(RouteJudge.Verdict::pipeline);
  }

  @Test
  void eachRate_isJudged() {
    Optional<String> bad = Optional.of("new");
    assertEquals(bad, worst(half(), new Counts(900, 110, 0), GOOD));
    assertEquals(bad, worst(half(), new Counts(1_000, 10, 100), GOOD));
    assertEquals(Optional.empty(), worst(half(), new Counts(1_000, 12, 0), GOOD));
    assertEquals(Optional.of("old"), worst(half(), GOOD, new Counts(900, 110, 0)));
  }

  @Test
  void lessThanTheLeastCount_isNotJudged() {
    Counts few = new Counts(0, 19, 0);
    assertEquals(Optional.empty(), worst(half(), few, GOOD));
    assertFalse(RouteJudge.isRipe(half(), Map.of("new", few, "old", GOOD)));
    Counts enough = new Counts(0, 20, 0);
    assertEquals(Optional.of("new"), worst(half(), enough, GOOD));
    assertTrue(RouteJudge.isRipe(half(), Map.of("new", enough, "old", GOOD)));
    assertEquals(Optional.empty(), worst(half(), enough, new Counts(19, 0, 0)));
  }

  @Test
  void whatIsOverdue_counts() {
    Counts enough = new Counts(10, 0, 10);
    assertEquals(Optional.of("new"), worst(half(), enough, GOOD));
    assertTrue(RouteJudge.isRipe(half(), Map.of("new", enough, "old", GOOD)));
    Counts few = new Counts(10, 0, 9);
    assertFalse(RouteJudge.isRipe(half(), Map.of("new", few, "old", GOOD)));
  }

  @Test
  void whatIsBrokenForTwoOwnersAlone_isNoEvidenceHoweverMuchTheyHave() {
    Counts good = new Counts(Tally.of(5_000, 0, 0), Tally.of(1_000, 0, 0));
    Counts two = new Counts(Tally.of(0, 100, 0), Tally.of(0, 2, 0));
    assertEquals(Optional.empty(), worst(half(), two, good));
    Counts three = new Counts(Tally.of(0, 100, 0), Tally.of(0, 3, 0));
    assertEquals(Optional.of("new"), worst(half(), three, good));
    Route bySequence =
        route(
            Route.Sticky.SEQUENCE,
            new RollbackPolicy(true, 10, 5, 0),
            Map.of("old", 1, "new", 1),
            Optional.empty());
    assertEquals(Optional.of("new"), worst(bySequence, two, good));
  }

  @Test
  void theLeastExcess_isEnough() {
    Counts base = new Counts(990_000, 10_000, 0);
    assertEquals(Optional.of("new"), worst(half(), new Counts(980_000, 20_000, 0), base));
    assertEquals(Optional.empty(), worst(half(), new Counts(980_001, 19_999, 0), base));
  }

  @Test
  void theEvidence_hasTheCountsOfBothSides() {
    String owners =
        RouteJudge.worst(half(), Map.of("new", new Counts(0, 20, 0), "old", GOOD), 7)
            .orElseThrow()
            .evidence();
    assertTrue(
        owners.startsWith(
            "20 of 20 owners in new have sequences that failed, 10 of 1010 in the others; by chance"
                + " with probability "),
        owners);
    assertTrue(owners.endsWith(" is allowed at look 7"), owners);
  }

  @Test
  void aDifferenceThatIsCertainAndSmall_isLeftToPeople() {
    Counts base = new Counts(10_000_000, 10_000, 0);
    assertEquals(Optional.empty(), worst(half(), new Counts(10_000_000, 60_000, 0), base));
    Route strict =
        route(new RollbackPolicy(true, 1_000, 20, 0), Map.of("old", 1, "new", 1), Optional.empty());
    assertEquals(Optional.of("new"), worst(strict, new Counts(10_000_000, 60_000, 0), base));
  }

  @Test
  void ofARamp_onlyTheCandidateIsFoundWorse() {
    Ramp ramp = new Ramp(RampPlan.of("old", "new"), 0, false, START);
    Route route = route(RollbackPolicy.DEFAULT, Map.of("old", 99, "new", 1), Optional.of(ramp));
    assertEquals(Optional.empty(), worst(route, GOOD, new Counts(0, 1_000, 0)));
    assertEquals(Optional.of("new"), worst(route, new Counts(0, 1_000, 0), GOOD));
  }

  @Test
  void ofTwoRatesThatAreWorse_theOneLessLikelyByChanceIsTheEvidence() {
    assertTrue(evidence(new Counts(960, 40, 500)).contains(" are overdue, "));
    assertTrue(evidence(new Counts(500, 500, 40)).contains(" failed, "));
  }

  private static String evidence(Counts candidate) {
    return RouteJudge.worst(half(), Map.of("new", candidate, "old", GOOD), 1)
        .orElseThrow()
        .evidence();
  }

  @Test
  void theBaseOfARampAtItsLastStep_isComparedWithoutAWeight() {
    Ramp ramp = new Ramp(RampPlan.of("old", "new"), 0, false, START);
    Route route = route(RollbackPolicy.DEFAULT, Map.of("old", 0, "new", 100), Optional.of(ramp));
    assertEquals(Optional.of("new"), worst(route, new Counts(0, 1_000, 0), GOOD));
    Route alone = route(RollbackPolicy.DEFAULT, Map.of("old", 0, "new", 100), Optional.empty());
    assertEquals(Optional.empty(), worst(alone, new Counts(0, 1_000, 0), GOOD));
  }

  @Test
  void ofThree_theWorstIsFound() {
    Route route =
        route(RollbackPolicy.DEFAULT, Map.of("a", 1, "b", 1, "c", 1, "idle", 0), Optional.empty());
    Map<String, Counts> counts =
        Map.of(
            "a", GOOD,
            "b", new Counts(900, 110, 0),
            "c", new Counts(500, 510, 0),
            "idle", new Counts(0, 5_000, 0));
    assertEquals("c", RouteJudge.worst(route, counts, 1).orElseThrow().pipeline());
  }

  @Test
  void theLevelsOfAllLooks_addUpToThePolicys() {
    double sum = 0;
    for (int look = 1; look <= 100_000; look++) {
      sum += RouteJudge.level(RollbackPolicy.DEFAULT, look, 2) * 2 * 2;
    }
    assertTrue(sum < 0.001 && sum > 0.00099, "sum " + sum);
  }

  @Test
  void aRampWaits_longBeforeItIsRolledBack() {
    Ramp ramp = new Ramp(RampPlan.of("old", "new"), 1, false, START);
    Route route = route(RollbackPolicy.DEFAULT, Map.of("old", 90, "new", 10), Optional.of(ramp));
    Map<String, Counts> counts = Map.of("new", new Counts(95, 5, 0), "old", GOOD);
    assertTrue(RouteJudge.doubt(route, counts).isPresent());
    assertEquals(Optional.empty(), RouteJudge.worst(route, counts, 1));
    assertEquals(
        Optional.empty(),
        RouteJudge.doubt(route, Map.of("new", new Counts(99, 1, 0), "old", GOOD)));
  }

  /**
   * 4,000 splits of equals, each looked at 200 times as it grows, of which one in 10 may be found
   * unequal. Uncorrected looks at the same level would find far more, which shows that the
   * simulation can.
   */
  @Test
  void equals_areRarelyRolledBackHoweverOftenOneLooks() {
    RollbackPolicy policy = new RollbackPolicy(true, 10, 20, 0);
    Route route = route(policy, Map.of("old", 50, "new", 50), Optional.empty());
    int splits = 4_000;
    int found = 0;
    int naive = 0;
    for (int split = 0; split < splits; split++) {
      SplittableRandom random = new SplittableRandom(split);
      long[] ended = new long[2];
      long[] failed = new long[2];
      boolean isFound = false;
      boolean isNaive = false;
      for (int look = 1; look <= 200 && !(isFound && isNaive); look++) {
        for (int i = 0; i < 10; i++) {
          int side = random.nextInt(2);
          ended[side]++;
          failed[side] += random.nextInt(20) == 0 ? 1 : 0;
        }
        Map<String, Counts> counts =
            Map.of(
                "old", new Counts(ended[0] - failed[0], failed[0], 0),
                "new", new Counts(ended[1] - failed[1], failed[1], 0));
        isFound |= RouteJudge.worst(route, counts, look).isPresent();
        isNaive |=
            look > 5 && TwoProportions.higher(failed[1], ended[1], failed[0], ended[0]) <= 0.05;
      }
      found += isFound ? 1 : 0;
      naive += isNaive ? 1 : 0;
    }
    int most = splits / policy.oneIn();
    int all = found;
    assertTrue(found <= most, () -> all + " of " + splits + " equals were rolled back");
    assertTrue(naive > most * 2, "uncorrected looks found " + naive);
  }
}
