package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.RampPlan;
import dev.ingest.core.RollbackPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.RouteReport;
import dev.ingest.core.RouteReport.Moves;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Takes what people decide about a route to the ledger. Thread-safe. */
public final class RouteChanging {

  private static final int EXPECTED_OF = 10_000;
  private static final int MAX_OWNERS = 100_000;
  private static final SequenceId ANY = SequenceId.of("any");
  private static final Duration LATELY = Duration.ofHours(24);

  private final Node node;
  private final Routing routing;
  private final KeptRoutes kept;
  private final String name;

  /**
   * Creates a changer of a route.
   *
   * @param node what it works for
   * @param routing is told of each change
   * @param name the route's name
   */
  RouteChanging(Node node, Routing routing, String name) {
    this.node = node;
    this.routing = routing;
    this.kept = new KeptRoutes(node.ledger());
    this.name = name;
  }

  /**
   * Sets weights, which ends a ramp plan.
   *
   * @param weights the weight of each pipeline; one of the route that is not named gets none
   * @param sticky what decides; empty to leave it
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport set(
      Map<String, Integer> weights, Optional<Sticky> sticky, Act by, boolean rehearse) {
    RouteEdit.Weights asked = new RouteEdit.Weights(weights, sticky);
    return change(by, rehearse, draft -> RouteEdit.set(draft, asked, known(draft)));
  }

  /**
   * Begins a ramp plan.
   *
   * @param plan the plan
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport ramp(RampPlan plan, Act by, boolean rehearse) {
    return change(by, rehearse, draft -> RouteEdit.ramp(draft, plan, known(draft)));
  }

  /**
   * Pauses the ramp plan, or lets it go on.
   *
   * @param paused whether it is paused from now on
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport pause(boolean paused, Act by, boolean rehearse) {
    return change(by, rehearse, draft -> RouteEdit.pause(draft, paused));
  }

  /**
   * Ends the ramp plan.
   *
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport cancel(Act by, boolean rehearse) {
    return change(by, rehearse, RouteEdit::cancel);
  }

  /**
   * Takes a pipeline's share.
   *
   * @param pipeline the pipeline
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport rollBack(String pipeline, Act by, boolean rehearse) {
    return change(by, rehearse, draft -> RouteEdit.rollBack(draft, pipeline));
  }

  /**
   * Sets the rollback policy.
   *
   * @param policy the policy
   * @param by who and why
   * @param rehearse whether to change nothing
   * @return what it did
   */
  public RouteReport policy(RollbackPolicy policy, Act by, boolean rehearse) {
    return change(by, rehearse, draft -> RouteEdit.policy(draft, policy));
  }

  private RouteEdit.Known known(RouteEdit.Draft draft) {
    return new RouteEdit.Known(this::known, draft.old().filter(this::isClean).isPresent());
  }

  /** Whether the last walk for what is stranded was for just what this route has rolled back. */
  private boolean isClean(Route route) {
    RouteProgress.Pass pass = RouteProgress.read(node.ledger(), name).pass();
    return pass.stranded().equals(RouteProgress.stranded(route)) && Stranded.isClean(route, pass);
  }

  private Optional<Branch> known(String pipeline) {
    return node.pipeline(pipeline)
        .map(Routing.Choice::of)
        .map(choice -> new Branch(choice.pipeline(), choice.first(), 0, Optional.empty()));
  }

  private RouteReport change(Act by, boolean rehearse, Function<RouteEdit.Draft, Route> edit) {
    Optional<KeptRoutes.Stored> stored = kept.read(name);
    Optional<Route> before = stored.map(KeptRoutes.Stored::route);
    Instant now = node.ledger().ledger().now();
    String salt = "%016x".formatted(node.seams().randomBits().getAsLong());
    Route next = edit.apply(new RouteEdit.Draft(name, before, salt, by, now));
    Moves moves = moves(before, next, now);
    if (rehearse) {
      return new RouteReport(before, next, moves, false);
    }
    if (!replace(stored, next)) {
      throw new ActRefusedException(
          "route %s was changed meanwhile%s; look at it, and repeat"
              .formatted(
                  name,
                  kept.find(name)
                      .map(
                          route ->
                              " by %s: %s"
                                  .formatted(route.change().actor(), route.change().reason()))
                      .orElse("")));
    }
    routing.changed(next);
    return new RouteReport(before, next, moves, true);
  }

  private boolean replace(Optional<KeptRoutes.Stored> before, Route next) {
    try {
      return kept.replace(before, next);
    } catch (OutcomeUnknownException e) {
      routing.expectChange();
      throw e;
    }
  }

  private Moves moves(Optional<Route> before, Route after, Instant now) {
    boolean isByOwner = after.split().sticky() == Sticky.OWNER;
    Map<OwnerId, Long> owners = isByOwner ? owners(now) : Map.of();
    if (owners.isEmpty()) {
      double share = 1 - stay(before.map(Route::split), after.split());
      return new Moves(Math.round(share * EXPECTED_OF), EXPECTED_OF, 0, true);
    }
    WeightedChoice next = choice(after.split());
    Optional<WeightedChoice> last = before.map(route -> choice(route.split()));
    long moved = 0;
    long sequences = 0;
    for (Map.Entry<OwnerId, Long> owner : owners.entrySet()) {
      SequenceKey key = new SequenceKey(owner.getKey(), ANY);
      boolean isMoved =
          !last.map(choice -> choice.of(before.orElseThrow().split().text(key)))
              .orElseGet(this::first)
              .equals(next.of(after.split().text(key)));
      moved += isMoved ? 1 : 0;
      sequences += isMoved ? owner.getValue() : 0;
    }
    return new Moves(moved, owners.size(), sequences, false);
  }

  /** The share of everything that is to be expected to go the same way. */
  private double stay(Optional<Route.Split> before, Route.Split after) {
    if (before.isEmpty()) {
      return choice(after).share(first());
    }
    // What goes by owners and what goes by sequences draws other numbers.
    boolean isSameDraw =
        before.get().sticky() == after.sticky() && before.get().salt().equals(after.salt());
    return choice(after).agreement(choice(before.get()), isSameDraw);
  }

  /** Where everything goes while there is no route. */
  private String first() {
    return node.pipelines().isEmpty() ? "" : node.pipelines().get(0).ref().name();
  }

  private static WeightedChoice choice(Route.Split split) {
    return new WeightedChoice(split.salt(), split.weights());
  }

  private Map<OwnerId, Long> owners(Instant now) {
    Map<OwnerId, Long> owners = new HashMap<>();
    CensusQuery next =
        new CensusQuery(
            now.minus(LATELY),
            Instant.MAX,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ScanQuery.MAX_LIMIT);
    CensusPage page;
    do {
      page = node.ledger().ledger().holdings().hourly(next);
      for (CensusCell cell : page.cells()) {
        if (!cell.key().owner().equals(Canary.OWNER)) {
          owners.merge(cell.key().owner(), cell.counts().count(CensusCount.ACCEPTED), Long::sum);
        }
        next = next.after(cell.key());
      }
    } while (page.more() && owners.size() < MAX_OWNERS);
    return owners;
  }
}
