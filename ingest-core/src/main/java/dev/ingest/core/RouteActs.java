package dev.ingest.core;

import dev.ingest.core.engine.RouteChanging;
import dev.ingest.core.lifecycle.Event;
import java.util.Map;
import java.util.Optional;

/**
 * What people decide about a route. Each act is a numbered change of the route with who did it and
 * why, takes effect on every node within its heartbeat ({@link RoutePolicy}), and can be rehearsed:
 * then it only tells what it would do, and how many would go another way. What was accepted before
 * is not touched, but by a rollback.
 *
 * <pre>{@code
 * ingest.acts("carol", "the new decoder").route(Route.NAME).ramp(RampPlan.of("photo", "photo-2"));
 * }</pre>
 *
 * <p>An act throws {@link ActRefusedException} if it does not apply, or someone else changed the
 * route meanwhile, {@link dev.ingest.spi.InvalidValueException} if it names a pipeline that neither
 * this engine nor the route knows, or breaks a rule of a route, and {@link OutcomeUnknownException}
 * if nobody knows whether it took effect. Thread-safe.
 */
public final class RouteActs {

  private final RouteChanging changing;
  private final Event.Act by;
  private final boolean rehearsal;

  RouteActs(RouteChanging changing, Event.Act by, boolean rehearsal) {
    this.changing = changing;
    this.by = by;
    this.rehearsal = rehearsal;
  }

  /**
   * Sets weights, and ends a ramp plan. A pipeline's share is its weight over the sum of all. When
   * a weight grows, what moves goes to that pipeline alone, and no more of it than its share grows
   * by.
   *
   * @param weights the weight of each pipeline, 0 to {@link Route#MAX_WEIGHT}, one of them at least
   *     above 0; a pipeline of the route that is not named gets none, and stays in the route
   * @return what it did
   */
  public RouteReport set(Map<String, Integer> weights) {
    return changing.set(weights, Optional.empty(), by, rehearsal);
  }

  /**
   * The same, and sets what decides.
   *
   * @param weights the weight of each pipeline
   * @param sticky what of a sequence decides; a route that begins without it goes by owners
   * @return what it did
   */
  public RouteReport set(Map<String, Integer> weights, Route.Sticky sticky) {
    return changing.set(weights, Optional.of(sticky), by, rehearsal);
  }

  /**
   * Begins a ramp plan at its first step; it goes on by itself, as long as some engine watches.
   *
   * @param plan the plan
   * @return what it did
   */
  public RouteReport ramp(RampPlan plan) {
    return changing.ramp(plan, by, rehearsal);
  }

  /**
   * Pauses the ramp plan: it stays at its step, but is rolled back all the same if need be.
   *
   * @return what it did
   */
  public RouteReport pause() {
    return changing.pause(true, by, rehearsal);
  }

  /**
   * Lets the ramp plan go on.
   *
   * @return what it did
   */
  public RouteReport resume() {
    return changing.pause(false, by, rehearsal);
  }

  /**
   * Ends the ramp plan; the weights stay as they are.
   *
   * @return what it did
   */
  public RouteReport cancel() {
    return changing.cancel(by, rehearsal);
  }

  /**
   * Takes a pipeline's share, as the rollback policy does by itself: what is in flight in it, and
   * what failed in it since the split or the ramp plan began, begins anew in the others, until the
   * pipeline gets a weight again.
   *
   * @param pipeline the pipeline; another one of the route has a weight, or there is one other
   * @return what it did
   */
  public RouteReport rollBack(String pipeline) {
    return changing.rollBack(pipeline, by, rehearsal);
  }

  /**
   * Sets when a pipeline loses its share by itself.
   *
   * @param policy the policy
   * @return what it did
   */
  public RouteReport policy(RollbackPolicy policy) {
    return changing.policy(policy, by, rehearsal);
  }
}
