package dev.ingest.core;

import java.time.Duration;

/**
 * By which route an engine splits the sequences that it accepts, and how often it looks.
 *
 * @param route the route's name; engines that take in different things have different ones
 * @param heartbeat how old what it knows of the route may be when it accepts a sequence, as long as
 *     the ledger answers: a change takes effect within it on every node; 100 ms to 10 min
 */
public record RoutePolicy(String route, Duration heartbeat) {

  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** {@link Route#NAME}, looked at every 10 s. */
  public static final RoutePolicy DEFAULT = new RoutePolicy(Route.NAME, Duration.ofSeconds(10));

  /**
   * Validates the name and the bounds.
   *
   * @param route the route's name
   * @param heartbeat how old what it knows of the route may be
   */
  public RoutePolicy {
    Route.checkName(route);
    if (heartbeat.compareTo(SHORTEST) < 0 || heartbeat.compareTo(LONGEST) > 0) {
      throw new ConfigurationException(
          "a route is looked at every %s to %s, got %s".formatted(SHORTEST, LONGEST, heartbeat));
    }
  }
}
