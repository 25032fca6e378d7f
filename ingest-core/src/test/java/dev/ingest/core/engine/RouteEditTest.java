package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Change;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.Route.Split;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.engine.RouteEdit.Draft;
import dev.ingest.core.engine.RouteEdit.Known;
import dev.ingest.core.engine.RouteEdit.Weights;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What each change makes of a route. */
final class RouteEditTest {

  private static final Instant BEFORE = Bench.START.minus(Duration.ofDays(1));
  private static final Instant NOW = Bench.START;
  private static final Event.Act CAROL = new Event.Act("carol", "a new version");
  private static final Known ALL = new Known(name -> Optional.of(branch(name, 0)), false);
  private static final Known NONE = new Known(name -> Optional.empty(), false);
  private static final RampPlan PLAN =
      new RampPlan("old", "new", List.of(10, 50, 100), Duration.ofHours(1), 100);

  private static Branch branch(String name, int weight) {
    return new Branch(
        new PipelineRef(name, Digest.ofUtf8(name)),
        new StageRef("first", 1),
        weight,
        Optional.empty());
  }

  private static Branch stranded(String name, Instant since) {
    Branch branch = branch(name, 0);
    return new Branch(branch.pipeline(), branch.first(), 0, Optional.of(since));
  }

  private static Route route(Optional<Ramp> ramp, Branch... branches) {
    return new Route(
        "photos",
        7,
        new Split(Sticky.SEQUENCE, "salt", List.of(branches), BEFORE),
        RollbackPolicy.OFF,
        ramp,
        new Change(Act.SET, "bob", "before", BEFORE));
  }

  private static Route route(Branch... branches) {
    return route(Optional.empty(), branches);
  }

  private static Ramp ramp(int step, boolean paused) {
    return new Ramp(PLAN, step, paused, BEFORE.minusSeconds(9));
  }

  private static Draft draft(Route before) {
    return new Draft(before.name(), Optional.of(before), "of no use", CAROL, NOW);
  }

  private static Route set(Route before, Map<String, Integer> weights) {
    return RouteEdit.set(draft(before), new Weights(weights, Optional.empty()), ALL);
  }

  private static Optional<Instant> stranded(Route route, String name) {
    return route.split().branch(name).flatMap(Branch::stranded);
  }

  private static void assertRefused(String words, Runnable act) {
    RuntimeException refused = assertThrows(RuntimeException.class, act::run);
    assertTrue(
        refused instanceof InvalidValueException || refused instanceof ActRefusedException,
        refused::toString);
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::getMessage);
  }

  @Test
  void firstChange_makesARoute() {
    Draft draft = new Draft("photos", Optional.empty(), "bits", CAROL, NOW);
    assertEquals(
        new Route(
            "photos",
            1,
            new Split(Sticky.OWNER, "bits", List.of(branch("a", 3), branch("b", 0)), NOW),
            RollbackPolicy.DEFAULT,
            Optional.empty(),
            new Change(Act.SET, "carol", "a new version", NOW)),
        RouteEdit.set(draft, new Weights(Map.of("a", 3, "b", 0), Optional.empty()), ALL));
    assertRefused("was never set", () -> RouteEdit.cancel(draft));
  }

  @Test
  void weights_replaceAllOthersAndEndARampPlan() {
    Route before = route(Optional.of(ramp(1, false)), branch("new", 50), branch("old", 50));
    Route after = set(before, Map.of("other", 2));
    assertEquals(Map.of("new", 0, "old", 0, "other", 2), after.split().weights());
    assertEquals(Optional.empty(), after.ramp());
    assertEquals(8, after.number());
    assertEquals(NOW, after.split().since());
    assertEquals("salt", after.split().salt(), "so that nobody moves who need not");
    assertEquals(Sticky.SEQUENCE, after.split().sticky());
    assertEquals(RollbackPolicy.OFF, after.rollback());
    Weights byOwner = new Weights(Map.of("new", 1), Optional.of(Sticky.OWNER));
    assertEquals(Sticky.OWNER, RouteEdit.set(draft(before), byOwner, ALL).split().sticky());
  }

  @Test
  void pipelineThatWasRolledBack_staysSoUntilItGetsAWeight() {
    Route before = route(branch("old", 1), stranded("new", BEFORE), stranded("worse", NOW));
    Route after = set(before, Map.of("old", 2, "new", 0));
    assertEquals(Optional.of(BEFORE), stranded(after, "new"), "named, without a weight");
    assertEquals(Optional.of(NOW), stranded(after, "worse"), "not named");
    assertEquals(Optional.empty(), stranded(set(before, Map.of("new", 1)), "new"));
  }

  @Test
  void pipelineThatTheEngineDoesNotHave_isTakenFromTheRouteOrRefused() {
    Route before = route(branch("old", 1), branch("new", 0));
    Weights asked = new Weights(Map.of("new", 4), Optional.empty());
    assertEquals(
        Map.of("new", 4, "old", 0), RouteEdit.set(draft(before), asked, NONE).split().weights());
    assertRefused(
        "knows such a pipeline",
        () -> RouteEdit.set(draft(before), new Weights(Map.of("nwe", 4), Optional.empty()), NONE));
  }

  /** Of those without a weight that were not rolled back, whichever has no room is forgotten. */
  @Test
  void pipelinesThatWereRolledBack_keepTheirRoomUntilNothingIsLeftInThem() {
    Branch[] before = {
      branch("a", 1), branch("b", 0), stranded("x", BEFORE), stranded("y", NOW), branch("c", 0)
    };
    Map<String, Integer> six = new TreeMap<>();
    for (int i = 0; i < Route.MAX_PIPELINES - 2; i++) {
      six.put("p" + i, 1);
    }
    Route full = set(route(before), six);
    assertEquals(Route.MAX_PIPELINES, full.split().branches().size());
    assertEquals(Optional.of(BEFORE), stranded(full, "x"));
    assertEquals(Optional.of(NOW), stranded(full, "y"));
    Map<String, Integer> seven = new TreeMap<>(six);
    seven.put("p6", 1);
    assertRefused("keeps [y, x]", () -> set(route(before), seven));
    assertRefused("\"9\"", () -> set(route(before), seven));
    Route clean =
        RouteEdit.set(
            draft(route(before)),
            new Weights(seven, Optional.empty()),
            new Known(ALL.byName(), true));
    assertEquals(Optional.of(NOW), stranded(clean, "y"), "the latest");
    assertEquals(Optional.empty(), clean.split().branch("x"));
    Map<String, Integer> eight = new TreeMap<>(seven);
    eight.put("p7", 1);
    assertEquals(eight, set(route(branch("a", 1), branch("b", 0)), eight).split().weights());
  }

  @Test
  void rampPlanOfTwo_isOfHundredths() {
    Route after = RouteEdit.ramp(draft(route(branch("old", 8))), PLAN, ALL);
    assertEquals(Map.of("new", 10, "old", 90), after.split().weights());
    assertEquals(Optional.of(new Ramp(PLAN, 0, false, NOW)), after.ramp());
    assertEquals(Act.RAMP_BEGUN, after.change().act());
    Route beside = RouteEdit.ramp(draft(route(branch("old", 8), branch("idle", 0))), PLAN, ALL);
    assertEquals(Map.of("new", 10, "old", 90, "idle", 0), beside.split().weights());
    RampPlan atOnce = new RampPlan("old", "new", List.of(100), Duration.ofHours(1), 1);
    assertRefused(
        "begins with less than 100",
        () -> RouteEdit.ramp(draft(route(branch("old", 8))), atOnce, ALL));
  }

  @Test
  void rampPlanBesideOthers_leavesThemTheirShare() {
    Route before = route(branch("old", 2), branch("new", 1), branch("third", 3), branch("idle", 0));
    Route after = RouteEdit.ramp(draft(before), PLAN, ALL);
    assertEquals(Map.of("new", 1, "old", 9, "third", 10, "idle", 0), after.split().weights());
    assertRefused(
        "neither old nor new has a weight",
        () -> RouteEdit.ramp(draft(route(branch("old", 0), branch("third", 1))), PLAN, ALL));
  }

  @Test
  void steps_goUpToTheLastAndThenThePlanIsOver() {
    Route before = route(Optional.of(ramp(0, false)), branch("new", 10), branch("old", 90));
    Route second = RouteEdit.step(draft(before));
    assertEquals(Map.of("new", 50, "old", 50), second.split().weights());
    assertEquals(Optional.of(ramp(1, false)), second.ramp());
    assertEquals(Act.RAMP_STEP, second.change().act());
    Route last = RouteEdit.step(draft(second));
    assertEquals(Map.of("new", 100, "old", 0), last.split().weights());
    Route over = RouteEdit.step(draft(last));
    assertEquals(last.split(), over.split());
    assertEquals(Optional.empty(), over.ramp());
    assertEquals(Act.RAMP_DONE, over.change().act());
    assertEquals(10, over.number());
  }

  @Test
  void rampPlan_isPausedAndResumedWhereItIs() {
    Route before = route(Optional.of(ramp(1, false)), branch("new", 50), branch("old", 50));
    Route paused = RouteEdit.pause(draft(before), true);
    assertEquals(Optional.of(ramp(1, true)), paused.ramp());
    assertEquals(before.split(), paused.split(), "what is counted since then goes on");
    assertEquals(Act.RAMP_PAUSED, paused.change().act());
    assertRefused("is paused already", () -> RouteEdit.pause(draft(paused), true));
    Route resumed = RouteEdit.pause(draft(paused), false);
    assertEquals(Optional.of(ramp(1, false)), resumed.ramp());
    assertEquals(Act.RAMP_RESUMED, resumed.change().act());
    assertRefused("is going on already", () -> RouteEdit.pause(draft(resumed), false));
    assertRefused("has no ramp plan", () -> RouteEdit.pause(draft(route(branch("old", 1))), true));
  }

  @Test
  void planThatIsCancelled_leavesTheWeights() {
    Route before = route(Optional.of(ramp(1, true)), branch("new", 50), branch("old", 50));
    Route after = RouteEdit.cancel(draft(before));
    assertEquals(before.split(), after.split());
    assertEquals(Optional.empty(), after.ramp());
    assertEquals(Act.RAMP_CANCELLED, after.change().act());
    assertRefused("has no ramp plan", () -> RouteEdit.cancel(draft(after)));
  }

  @Test
  void policy_changesNothingElse() {
    Route before = route(Optional.of(ramp(1, true)), branch("new", 50), branch("old", 50));
    Route after = RouteEdit.policy(draft(before), RollbackPolicy.DEFAULT);
    assertEquals(
        new Route(
            "photos",
            8,
            before.split(),
            RollbackPolicy.DEFAULT,
            before.ramp(),
            new Change(Act.POLICY_SET, "carol", "a new version", NOW)),
        after);
  }

  @Test
  void candidateThatIsRolledBack_givesAllThatItHadToTheBase() {
    Route before =
        route(
            Optional.of(ramp(1, false)), branch("new", 50), branch("old", 50), branch("third", 7));
    Route after = RouteEdit.rollBack(draft(before), "new");
    assertEquals(Map.of("new", 0, "old", 100, "third", 7), after.split().weights());
    assertEquals(Optional.of(ramp(1, false).begun()), stranded(after, "new"), "since the plan");
    assertEquals(Optional.empty(), after.ramp());
    assertEquals(Act.ROLLED_BACK, after.change().act());
    assertEquals(NOW, after.split().since());
  }

  @Test
  void otherThatIsRolledBack_leavesTheOthersTheirWeights() {
    Route before =
        route(
            Optional.of(ramp(1, false)), branch("new", 50), branch("old", 50), branch("third", 7));
    assertEquals(
        Map.of("new", 50, "old", 50, "third", 0),
        RouteEdit.rollBack(draft(before), "third").split().weights());
    assertRefused(
        "has the pipelines [new, old, third]",
        () -> {
          RouteEdit.rollBack(draft(before), "nwe");
        });
  }

  @Test
  void withoutAPlan_whatIsStrandedIsOfThisSplit() {
    Route before = route(branch("new", 1), branch("old", 1));
    Route after = RouteEdit.rollBack(draft(before), "new");
    assertEquals(Map.of("new", 0, "old", 1), after.split().weights());
    assertEquals(Optional.of(BEFORE), stranded(after, "new"));
  }

  @Test
  void pipelineThatIsRolledBackAgain_isSoSinceTheFirstTime() {
    Instant first = BEFORE.minus(Duration.ofDays(3));
    Route after = RouteEdit.rollBack(draft(route(stranded("new", first), branch("old", 1))), "new");
    assertEquals(Optional.of(first), stranded(after, "new"));
  }

  /** It got nothing from the base, and the base was rolled back itself. */
  @Test
  void candidateWithoutAWeight_givesNothingBack() {
    Route before =
        route(
            Optional.of(ramp(0, false)),
            branch("new", 0),
            stranded("old", BEFORE),
            branch("third", 5));
    Route after = RouteEdit.rollBack(draft(before), "new");
    assertEquals(Map.of("new", 0, "old", 0, "third", 5), after.split().weights());
    assertEquals(Optional.of(BEFORE), stranded(after, "old"));
  }

  @Test
  void onlyOneWithAWeight_isRolledBackToTheOneOtherOrNotAtAll() {
    Route two = route(branch("new", 1), branch("old", 0));
    assertEquals(
        Map.of("new", 0, "old", 1), RouteEdit.rollBack(draft(two), "new").split().weights());
    Route three = route(branch("new", 1), branch("old", 0), branch("third", 0));
    assertRefused(
        "no other pipeline of route photos has a weight",
        () -> RouteEdit.rollBack(draft(three), "new"));
    assertRefused(
        "no other pipeline of route photos has a weight",
        () -> RouteEdit.rollBack(draft(route(branch("new", 1))), "new"));
  }

  @Test
  void pipelineThatARollbackTook_isNamedByWhatIsNewInTheRoute() {
    Route before = route(branch("new", 1), branch("old", 1), stranded("first", BEFORE));
    Route after = RouteEdit.rollBack(draft(before), "new");
    assertEquals("new", RouteEdit.left(Optional.of(before), after));
    assertEquals("", RouteEdit.left(Optional.of(after), after), "none");
    assertEquals("", RouteEdit.left(Optional.empty(), after), "one of two");
    List<Branch> alone = new ArrayList<>(after.split().branches());
    alone.removeIf(branch -> branch.name().equals("first"));
    assertEquals(
        "new",
        RouteEdit.left(Optional.empty(), route(alone.toArray(Branch[]::new))),
        "the only one");
  }
}
