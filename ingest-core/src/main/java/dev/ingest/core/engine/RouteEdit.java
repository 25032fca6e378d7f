package dev.ingest.core.engine;

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
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What a change makes of a route: pure functions, by which people and the watcher change it. */
final class RouteEdit {

  private static final int WHOLE = 100;

  private RouteEdit() {}

  /**
   * What is asked for when weights are set.
   *
   * @param weights the weight of each pipeline; one of the route that is not named gets none
   * @param sticky what decides; empty to leave it
   */
  record Weights(Map<String, Integer> weights, Optional<Sticky> sticky) {}

  /**
   * What is known of pipelines.
   *
   * @param byName those of the engine
   * @param isClean whether nothing is left in those of the route that were rolled back, so that the
   *     oldest of them may be forgotten where others need their room
   */
  record Known(Function<String, Optional<Branch>> byName, boolean isClean) {}

  /** Sets weights, which ends a ramp plan. */
  static Route set(Draft draft, Weights asked, Known known) {
    Split split = draft.split(asked.sticky(), branches(draft, asked.weights(), known));
    return draft.next(Act.SET, split, Optional.empty());
  }

  /**
   * Begins a ramp plan at its first step.
   *
   * @throws InvalidValueException if all is to go to the candidate at once: there is nothing then
   *     that it can be compared with
   */
  static Route ramp(Draft draft, RampPlan plan, Known known) {
    if (plan.weight(0) == WHOLE) {
      throw new InvalidValueException(
          Kind.NUMBER,
          plan.percents().toString(),
          "a ramp plan to %s begins with less than 100 per cent, so that it is compared with %s; set"
                  .formatted(plan.candidate(), plan.base())
              + " the weights to give it all at once");
    }
    Split split = draft.split(Optional.empty(), branches(draft, weights(draft, plan, 0), known));
    return draft.next(Act.RAMP_BEGUN, split, Optional.of(new Ramp(plan, 0, false, draft.at())));
  }

  /** Goes on to the next step; or ends the plan after the last one. */
  static Route step(Draft draft) {
    Ramp ramp = draft.ramp();
    if (ramp.isLast()) {
      return draft.next(Act.RAMP_DONE, draft.before().split(), Optional.empty());
    }
    int step = ramp.step() + 1;
    Split split =
        draft.split(
            Optional.empty(),
            branches(
                draft,
                weights(draft, ramp.plan(), step),
                new Known(unknown -> Optional.empty(), false)));
    return draft.next(
        Act.RAMP_STEP,
        split,
        Optional.of(new Ramp(ramp.plan(), step, ramp.paused(), ramp.begun())));
  }

  /** Pauses a plan, or lets it go on. */
  static Route pause(Draft draft, boolean paused) {
    Ramp ramp = draft.ramp();
    if (ramp.paused() == paused) {
      throw new ActRefusedException(
          "the ramp plan of route %s is %s already"
              .formatted(draft.before().name(), paused ? "paused" : "going on"));
    }
    return draft.next(
        paused ? Act.RAMP_PAUSED : Act.RAMP_RESUMED,
        draft.before().split(),
        Optional.of(new Ramp(ramp.plan(), ramp.step(), paused, ramp.begun())));
  }

  /** Ends a plan; the weights stay. */
  static Route cancel(Draft draft) {
    if (draft.before().ramp().isEmpty()) {
      throw draft.noRamp();
    }
    return draft.next(Act.RAMP_CANCELLED, draft.before().split(), Optional.empty());
  }

  /** Sets the rollback policy. */
  static Route policy(Draft draft, RollbackPolicy policy) {
    Route next = draft.next(Act.POLICY_SET, draft.before().split(), draft.before().ramp());
    return new Route(next.name(), next.number(), next.split(), policy, next.ramp(), next.change());
  }

  /**
   * Takes a pipeline's share, and marks it, so that what is in flight in it or failed in it since
   * this split, or its ramp plan, began is sent another way. That of a ramp plan's candidate goes
   * back to the base; where no other pipeline has a weight, the only other one of the route gets
   * it.
   */
  static Route rollBack(Draft draft, String pipeline) {
    Split split = draft.before().split();
    Branch bad = split.branch(pipeline).orElseThrow(() -> unnamed(draft.before(), pipeline));
    Instant since = draft.before().ramp().map(Ramp::begun).orElse(split.since());
    Map<String, Integer> given = given(draft.before(), bad);
    List<Branch> branches = new ArrayList<>();
    for (Branch branch : split.branches()) {
      if (branch.equals(bad)) {
        branches.add(
            new Branch(bad.pipeline(), bad.first(), 0, Optional.of(bad.stranded().orElse(since))));
      } else {
        Optional<Integer> weight = Optional.ofNullable(given.get(branch.name()));
        branches.add(weight.map(branch::withWeight).orElse(branch));
      }
    }
    return draft.next(Act.ROLLED_BACK, draft.split(Optional.empty(), branches), Optional.empty());
  }

  /** Which pipeline gets another weight when one is rolled back. */
  private static Map<String, Integer> given(Route before, Branch bad) {
    Optional<Branch> base =
        before
            .ramp()
            .map(Ramp::plan)
            .filter(plan -> plan.candidate().equals(bad.name()))
            .flatMap(plan -> before.split().branch(plan.base()));
    if (base.isPresent() && bad.weight() > 0) {
      return Map.of(base.get().name(), base.get().weight() + bad.weight());
    }
    List<Branch> others =
        before.split().branches().stream().filter(branch -> !branch.equals(bad)).toList();
    if (others.stream().anyMatch(branch -> branch.weight() > 0)) {
      return Map.of();
    }
    if (others.size() != 1) {
      throw new ActRefusedException(
          "no other pipeline of route %s has a weight, of %s; give one of them a weight first"
              .formatted(before.name(), before.split().weights()));
    }
    return Map.of(others.get(0).name(), 1);
  }

  /**
   * Names the pipeline that a rollback took.
   *
   * @param before the route before it, as far as it is known
   * @param after the route after it
   * @return its name; empty text where the change does not show it, as if it was rolled back before
   */
  static String left(Optional<Route> before, Route after) {
    List<String> left =
        after.split().branches().stream()
            .filter(branch -> branch.stranded().isPresent())
            .filter(
                branch ->
                    !before
                        .flatMap(route -> route.split().branch(branch.name()))
                        .equals(Optional.of(branch)))
            .map(Branch::name)
            .toList();
    return left.size() == 1 ? left.get(0) : "";
  }

  /**
   * The weights at a step: base and candidate share what both have together, and each other
   * pipeline keeps its share.
   */
  private static Map<String, Integer> weights(Draft draft, RampPlan plan, int step) {
    long both = 0;
    Map<String, Long> weights = new TreeMap<>();
    for (Branch branch : draft.branches()) {
      if (branch.name().equals(plan.base()) || branch.name().equals(plan.candidate())) {
        both += branch.weight();
      } else if (branch.weight() > 0) {
        weights.put(branch.name(), (long) WHOLE * branch.weight());
      }
    }
    if (weights.isEmpty()) {
      both = 1;
    } else if (both == 0) {
      throw new ActRefusedException(
          "neither %s nor %s has a weight in route %s; give the base one first"
              .formatted(plan.base(), plan.candidate(), draft.name()));
    }
    weights.put(plan.candidate(), both * plan.weight(step));
    weights.put(plan.base(), both * (WHOLE - plan.weight(step)));
    // Only with others: two alone have their hundredths.
    long factor = weights.size() == 2 ? 1 : divisor(weights.values());
    Map<String, Integer> shortened = new TreeMap<>();
    weights.forEach(
        (name, weight) -> shortened.put(name, (int) Math.min(Integer.MAX_VALUE, weight / factor)));
    return shortened;
  }

  private static long divisor(Collection<Long> weights) {
    return weights.stream()
        .map(BigInteger::valueOf)
        .reduce(BigInteger.ZERO, BigInteger::gcd)
        .longValue();
  }

  /**
   * Those that are named as they are asked for; then those that were rolled back, the latest first,
   * and the others as far as there is room, without a weight.
   */
  private static List<Branch> branches(Draft draft, Map<String, Integer> weights, Known known) {
    Map<String, Branch> all = new TreeMap<>();
    weights.forEach((name, weight) -> all.put(name, weighted(draft, known.byName(), name, weight)));
    List<Branch> unnamed =
        draft.branches().stream()
            .filter(old -> !all.containsKey(old.name()))
            .sorted(
                Comparator.comparing(
                    (Branch old) -> old.stranded().orElse(Instant.MIN), Comparator.reverseOrder()))
            .toList();
    List<String> left =
        unnamed.stream().filter(old -> old.stranded().isPresent()).map(Branch::name).toList();
    if (!known.isClean() && !left.isEmpty() && all.size() + left.size() > Route.MAX_PIPELINES) {
      throw tooMany(draft, all.size(), left);
    }
    for (Branch old : unnamed) {
      // One that fails to be named has no share, but what is in it must be able to leave it.
      if (all.size() < Route.MAX_PIPELINES) {
        all.put(old.name(), new Branch(old.pipeline(), old.first(), 0, old.stranded()));
      }
    }
    return List.copyOf(all.values());
  }

  private static InvalidValueException tooMany(Draft draft, int named, List<String> left) {
    return new InvalidValueException(
        Kind.NUMBER,
        Integer.toString(named + left.size()),
        ("a route has 1 to %d pipelines: beside the %d that are named, route %s keeps %s, which were"
                + " rolled back, until a walk that begins %s after its last change finds nothing"
                + " stranded in them; repeat it in some minutes, while an engine runs")
            .formatted(Route.MAX_PIPELINES, named, draft.name(), left, Stranded.SETTLE));
  }

  private static Branch weighted(
      Draft draft, Function<String, Optional<Branch>> known, String name, int weight) {
    Optional<Branch> old = draft.branch(name);
    Branch branch = known.apply(name).or(() -> old).orElseThrow(() -> unnamed(draft, name));
    Branch changed = branch.withWeight(weight);
    return weight > 0
        ? changed
        : new Branch(changed.pipeline(), changed.first(), 0, old.flatMap(Branch::stranded));
  }

  private static InvalidValueException unnamed(Draft draft, String pipeline) {
    return new InvalidValueException(
        Kind.TEXT,
        pipeline,
        "neither this engine nor route %s, with %s, knows such a pipeline: change it by an engine"
                .formatted(draft.name(), draft.branches().stream().map(Branch::name).toList())
            + " that has it");
  }

  private static InvalidValueException unnamed(Route route, String pipeline) {
    return new InvalidValueException(
        Kind.TEXT,
        pipeline,
        "route %s has the pipelines %s".formatted(route.name(), route.split().weights().keySet()));
  }

  /**
   * A change in the making.
   *
   * @param name the route's name
   * @param old the route before; empty if there is none
   * @param salt of a route that begins
   * @param by who and why
   * @param at when
   */
  record Draft(
      String name,
      Optional<Route> old,
      String salt,
      dev.ingest.core.lifecycle.Event.Act by,
      Instant at) {

    Route before() {
      return old.orElseThrow(
          () -> new ActRefusedException("route " + name + " was never set; set its weights first"));
    }

    Ramp ramp() {
      return before().ramp().orElseThrow(this::noRamp);
    }

    ActRefusedException noRamp() {
      return new ActRefusedException("route " + name + " has no ramp plan");
    }

    List<Branch> branches() {
      return old.map(route -> route.split().branches()).orElse(List.of());
    }

    Optional<Branch> branch(String pipeline) {
      return old.flatMap(route -> route.split().branch(pipeline));
    }

    Split split(Optional<Sticky> sticky, List<Branch> branches) {
      Optional<Split> split = old.map(Route::split);
      return new Split(
          sticky.or(() -> split.map(Split::sticky)).orElse(Sticky.OWNER),
          split.map(Split::salt).orElse(salt),
          branches,
          at);
    }

    Route next(Act act, Split split, Optional<Ramp> ramp) {
      return new Route(
          name,
          old.map(Route::number).orElse(0L) + 1,
          split,
          old.map(Route::rollback).orElse(RollbackPolicy.DEFAULT),
          ramp,
          new Change(act, by.actor(), by.reason(), at));
    }
  }
}
