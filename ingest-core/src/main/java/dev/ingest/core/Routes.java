package dev.ingest.core;

import dev.ingest.core.engine.KeptRoutes;
import dev.ingest.core.engine.Routing;
import dev.ingest.spi.SequenceKey;
import java.util.List;
import java.util.Optional;

/**
 * The routes that a ledger keeps, for those who look. Changes are {@link Acts#route}. Thread-safe;
 * each call reads the ledger, but {@link #choice} only if the engine has not looked for a heartbeat
 * ({@link RoutePolicy}).
 */
public final class Routes {

  /** The most routes or changes of one call. */
  public static final int MAX_LIMIT = 1_000;

  private final KeptRoutes kept;
  private final Routing routing;

  Routes(KeptRoutes kept, Routing routing) {
    this.kept = kept;
    this.routing = routing;
  }

  /**
   * Reads a route.
   *
   * @param name its name; {@link Route#NAME} unless engines are built with another
   * @return the route; empty as long as nobody has set it: sequences then go to the first pipeline
   *     of the engine that accepts them
   */
  public Optional<Route> find(String name) {
    return kept.find(Route.checkName(name));
  }

  /**
   * Reads routes in the order of their names.
   *
   * @param after only names greater than this; empty text for all
   * @param limit the most, 1 to {@link #MAX_LIMIT}
   * @return them; fewer than the limit only at the end
   */
  public List<Route> list(String after, int limit) {
    return kept.list(after, Limit.checked(limit, MAX_LIMIT));
  }

  /**
   * Reads what a route was after each of its changes, the oldest first.
   *
   * @param name its name
   * @param afterNumber only changes past this number; 0 for all
   * @param limit the most, 1 to {@link #MAX_LIMIT}
   * @return them, with numbers that have no gap; fewer than the limit only at the end
   */
  public List<Route> history(String name, long afterNumber, int limit) {
    return kept.history(Route.checkName(name), afterNumber, Limit.checked(limit, MAX_LIMIT));
  }

  /**
   * Tells which pipeline a new sequence would go to if this engine accepted it now.
   *
   * @param key the sequence
   * @return the pipeline's name
   * @throws ConfigurationException if no route is set and this engine has no pipeline
   * @throws OutcomeUnknownException if this engine has never read the route, and the ledger does
   *     not answer: repeat the call
   */
  public String choice(SequenceKey key) {
    return routing.choose(key).pipeline().name();
  }
}
