package dev.ingest.core.engine;

import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RateSource.Tally;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Tells which pipeline of a route is significantly worse than the others: pure functions.
 *
 * <p>Each pipeline with a weight is compared with all others together that have one (with the base
 * of a ramp plan also at its last step, at which that has none), by two rates: of what failed among
 * what ended, a result that did not read back as it was sealed included; and of what is overdue
 * among what ended or is overdue. Each by {@link TwoProportions}.
 *
 * <p><b>Owners.</b> The test takes what it counts for independent. Where a route is sticky by owner
 * all that an owner uploads goes one way, and may be broken in one way, so owners are counted:
 * those with a sequence that failed, or is overdue, among those that have one at all; fewer than
 * {@value #LEAST_OWNERS} are no evidence. Whether there is enough to judge goes by sequences all
 * the same.
 *
 * <p><b>Repeated looks.</b> Whoever looks again and again finds what chance brings. Therefore the
 * k-th look at a split has the level 6 / (π² k²) of the policy's, which is divided by the two rates
 * and the pipelines compared as well; all of that adds up to the policy's level, over ever so many
 * looks, by Boole's inequality (C. E. Bonferroni, 1936; spending a level over looks: K. K. G. Lan
 * and D. L. DeMets, "Discrete sequential boundaries for clinical trials", 1983). It holds however
 * the looks depend on each other, and costs little where a version is really bad.
 */
final class RouteJudge {

  private static final double BASEL = 6 / (Math.PI * Math.PI);
  private static final double NOT_WORSE = 0.05;
  private static final double THOUSAND = 1_000;

  /** How many owners at least have what is found too often, so that one or two are no evidence. */
  private static final int LEAST_OWNERS = 3;

  /** A rate that is compared. */
  private enum Measure {
    FAILED("failed", Tally::failed, Tally::ended),
    OVERDUE("are overdue", Tally::overdue, Tally::seen);

    private final String verb;

    @SuppressWarnings("ImmutableEnumChecker") // Method references without state.
    private final ToLongFunction<Tally> hits;

    @SuppressWarnings("ImmutableEnumChecker") // Method references without state.
    private final ToLongFunction<Tally> of;

    Measure(String verb, ToLongFunction<Tally> hits, ToLongFunction<Tally> of) {
      this.verb = verb;
      this.hits = hits;
      this.of = of;
    }
  }

  /**
   * What was found.
   *
   * @param pipeline the pipeline that is worse
   * @param value how likely that is by chance
   * @param evidence the counts and the test, in words
   */
  record Verdict(String pipeline, double value, String evidence) {}

  private RouteJudge() {}

  /** Returns the level of a look: what all looks at a split together may err by is the policy's. */
  static double level(RollbackPolicy policy, long look, int compared) {
    return BASEL / look / look / policy.oneIn() / Measure.values().length / compared;
  }

  /**
   * Tells whether enough is counted for a look at all.
   *
   * @return whether two pipelines that are compared have the least count each
   */
  static boolean isRipe(Route route, Map<String, Counts> counts) {
    List<Branch> judged = compared(route);
    return judged.size() > 1
        && judged.stream()
            .anyMatch(
                branch ->
                    isEnough(route.rollback(), counts(counts, branch.name()))
                        && isEnough(route.rollback(), rest(judged, counts, branch.name())));
  }

  /**
   * Judges. While a ramp plan is there only its candidate can be found worse: that what is tried is
   * better than what it replaces is no reason to send everything to it at once.
   *
   * @param route the route
   * @param counts the counts of each pipeline since its split began
   * @param look the number of this look at the split, 1 or more
   * @return the worst, if one is significantly worse than the others
   */
  static Optional<Verdict> worst(Route route, Map<String, Counts> counts, long look) {
    List<Branch> judged = compared(route);
    if (judged.size() < 2) {
      return Optional.empty();
    }
    double level = level(route.rollback(), look, judged.size());
    Optional<Verdict> worst = Optional.empty();
    for (Branch branch : judged) {
      boolean isExempt =
          route.ramp().filter(ramp -> !ramp.plan().candidate().equals(branch.name())).isPresent();
      Counts own = counts(counts, branch.name());
      Counts rest = rest(judged, counts, branch.name());
      if (isExempt || !isEnough(route.rollback(), own) || !isEnough(route.rollback(), rest)) {
        continue;
      }
      for (Measure measure : Measure.values()) {
        double value = value(route, measure, own, rest);
        if (value <= level && worst.filter(found -> found.value() <= value).isEmpty()) {
          worst =
              Optional.of(
                  verdict(
                      branch.name(),
                      words(route, branch.name(), measure, own, rest),
                      value,
                      level,
                      look));
        }
      }
    }
    return worst;
  }

  /**
   * Tells whether a ramp plan has to wait: nothing came through its candidate well, or it is found
   * worse than the base at 5 %, at this look alone. Waiting costs nothing, so it takes less than to
   * roll back.
   */
  static Optional<String> doubt(Route route, Map<String, Counts> counts) {
    Route.Ramp ramp = route.ramp().orElseThrow();
    Counts own = counts(counts, ramp.plan().candidate());
    Counts base = counts(counts, ramp.plan().base());
    if (own.well() == 0) {
      return Optional.of(
          "none of %d that ended in %s was verified"
              .formatted(own.ended(), ramp.plan().candidate()));
    }
    for (Measure measure : Measure.values()) {
      double value = value(route, measure, own, base);
      if (value <= NOT_WORSE) {
        return Optional.of(words(route, ramp.plan().candidate(), measure, own, base));
      }
    }
    return Optional.empty();
  }

  private static double value(Route route, Measure measure, Counts own, Counts rest) {
    long hits = measure.hits.applyAsLong(own.units());
    long of = measure.of.applyAsLong(own.units());
    long restHits = measure.hits.applyAsLong(rest.units());
    long restOf = measure.of.applyAsLong(rest.units());
    boolean isSmall =
        of == 0
            || restOf == 0
            || (isByOwner(route) && hits < LEAST_OWNERS)
            || hits / (double) of - restHits / (double) restOf
                < route.rollback().minExcess() / THOUSAND;
    return isSmall ? 1 : TwoProportions.higher(hits, of, restHits, restOf);
  }

  private static Verdict verdict(
      String pipeline, String words, double value, double level, long look) {
    return new Verdict(
        pipeline,
        value,
        String.format(
            Locale.ROOT,
            "%s; by chance with probability %.2g, at most %.2g is allowed at look %d",
            words,
            value,
            level,
            look));
  }

  private static String words(
      Route route, String pipeline, Measure measure, Counts own, Counts rest) {
    return (isByOwner(route)
            ? "%d of %d owners in %s have sequences that %s, %d of %d in the others"
            : "%d of %d in %s %s, %d of %d in the others")
        .formatted(
            measure.hits.applyAsLong(own.units()),
            measure.of.applyAsLong(own.units()),
            pipeline,
            measure.verb,
            measure.hits.applyAsLong(rest.units()),
            measure.of.applyAsLong(rest.units()));
  }

  private static boolean isByOwner(Route route) {
    return route.split().sticky() == Route.Sticky.OWNER;
  }

  private static boolean isEnough(RollbackPolicy policy, Counts counts) {
    return counts.ended() + counts.overdue() >= policy.minCount();
  }

  /** Those with a weight, and the base of a ramp plan, of which the last step leaves nothing. */
  private static List<Branch> compared(Route route) {
    Optional<String> base = route.ramp().map(ramp -> ramp.plan().base());
    return route.split().branches().stream()
        .filter(branch -> branch.weight() > 0 || base.equals(Optional.of(branch.name())))
        .toList();
  }

  private static Counts rest(List<Branch> judged, Map<String, Counts> counts, String pipeline) {
    return judged.stream()
        .filter(branch -> !branch.name().equals(pipeline))
        .map(branch -> counts(counts, branch.name()))
        .reduce(Counts.NONE, Counts::plus);
  }

  private static Counts counts(Map<String, Counts> counts, String pipeline) {
    return counts.getOrDefault(pipeline, Counts.NONE);
  }
}
