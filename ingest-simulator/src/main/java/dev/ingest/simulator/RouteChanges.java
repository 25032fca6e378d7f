package dev.ingest.simulator;

import dev.ingest.core.Route;
import dev.ingest.core.RouteReport;
import dev.ingest.core.engine.RouteChanging;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IngestException;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators who change the split of new sequences between the two pipelines, and roll back. */
final class RouteChanges {

  private static final Event.Act ACT = new Event.Act("operator", "the simulation wants a change");
  private static final int MAX_WEIGHT = 4;

  private final World world;

  RouteChanges(World world) {
    this.world = world;
  }

  void step() {
    List<SimNode> alive = world.nodes().stream().filter(SimNode::isAlive).toList();
    if (alive.isEmpty()) {
      return;
    }
    SimNode node = alive.get(world.below(alive.size()));
    RouteChanging main = node.engine().acting().route(Route.NAME);
    if (world.strikes(FaultKind.ROUTE_CHANGE)) {
      change(
          node,
          () -> {
            Map<String, Integer> weights =
                Map.of(
                    UserCode.MAIN,
                    1 + world.below(MAX_WEIGHT),
                    UserCode.OTHER,
                    world.below(MAX_WEIGHT));
            return main.set(weights, Optional.of(Route.Sticky.SEQUENCE), ACT, false);
          });
    }
    if (world.strikes(FaultKind.ROLLBACK)) {
      String pipeline = world.below(2) == 0 ? UserCode.MAIN : UserCode.OTHER;
      change(node, () -> main.rollBack(pipeline, ACT, false));
    }
  }

  private void change(SimNode node, Change change) {
    try {
      Route after = change.make().after();
      world
          .trace()
          .say(
              "operator", "route change %d: %s".formatted(after.number(), after.split().weights()));
    } catch (SimulatedCrash e) {
      node.die(String.valueOf(e.getMessage()));
    } catch (IngestException e) {
      world.trace().say("operator", "route change: " + e);
    }
  }

  @FunctionalInterface
  private interface Change {
    RouteReport make();
  }
}
