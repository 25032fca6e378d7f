package dev.ingest.core.engine;

import java.util.Map;

/**
 * The choice of a pipeline by weight, for measurements: it stands in the engine's package because
 * nobody else chooses without a route.
 */
public final class RouteHash {

  private final WeightedChoice choice;

  /**
   * Creates a choice.
   *
   * @param weights 0 or more for each name, not all of them 0
   */
  public RouteHash(Map<String, Integer> weights) {
    choice = new WeightedChoice("route", weights);
  }

  /**
   * Chooses for a text.
   *
   * @param text what the choice sticks to
   * @return the name
   */
  public String of(String text) {
    return choice.of(text);
  }
}
