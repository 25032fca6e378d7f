package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.alert.AlertCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Tells of pipelines that more than one route sends to, or has rolled back: nothing tells which of
 * them sent a sequence, so each judges by what all sent, and what one strands goes its way. That is
 * not refused, since whoever has to change a route must not be stopped by another one. A pipeline
 * is told again when another route comes to share it. For one thread.
 */
final class SharedPipelines {

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Node node;

  /** By pipeline and route, what the route has of it. */
  private final Map<String, Map<String, String>> routes = new TreeMap<>();

  private final Set<String> weighted = new HashSet<>();
  private int seen;
  private long lookedAt;

  SharedPipelines(Node node) {
    this.node = node;
    this.lookedAt = elapsed() - PERIOD.toNanos();
  }

  /** Begins a look at all routes. */
  void begin() {
    routes.clear();
    weighted.clear();
    seen = 0;
  }

  /** Looks at a route. */
  void see(Route route) {
    int sum = route.split().branches().stream().mapToInt(Branch::weight).sum();
    for (Branch branch : route.split().branches()) {
      if (branch.weight() > 0) {
        weighted.add(branch.name());
        put(branch, route, "%d of %d".formatted(branch.weight(), sum));
      } else if (branch.stranded().isPresent()) {
        put(branch, route, "rolled back");
      }
    }
    seen++;
  }

  private void put(Branch branch, Route route, String has) {
    routes.computeIfAbsent(branch.name(), name -> new TreeMap<>()).put(route.name(), has);
  }

  /**
   * Tells of those that begin to be shared, if it is time, and of those that are so no longer.
   *
   * @param all how many routes there are; if not all were seen, nothing is known to be over
   */
  void tell(int all) {
    if (elapsed() - lookedAt < PERIOD.toNanos()) {
      return;
    }
    boolean isWhole = seen == all;
    Set<String> over = new HashSet<>();
    if (isWhole) {
      over.addAll(new Misgivings(node).parts(AlertCode.ROUTES_SHARE_PIPELINE));
    }
    routes.forEach(
        (pipeline, named) -> {
          if (named.size() > 1 && weighted.contains(pipeline)) {
            over.remove(pipeline);
            begins(pipeline, named, isWhole);
          }
        });
    over.forEach(
        pipeline ->
            new Misgivings(node, pipeline)
                .end(
                    AlertCode.ROUTES_SHARE_PIPELINE,
                    AlertCode.ROUTES_APART,
                    "pipeline " + pipeline + " is one route's at most by now"));
    lookedAt = elapsed();
  }

  private void begins(String pipeline, Map<String, String> named, boolean isWhole) {
    Misgivings misgivings = new Misgivings(node, pipeline);
    // A route that cannot be read for a while has neither left nor, afterwards, come.
    if (isWhole || !misgivings.isTold(AlertCode.ROUTES_SHARE_PIPELINE)) {
      misgivings.noteOnce(
          AlertCode.ROUTES_SHARE_PIPELINE,
          AlertCode.ROUTES_APART,
          text(pipeline, named),
          named.keySet());
    }
  }

  private static String text(String pipeline, Map<String, String> named) {
    String list =
        named.entrySet().stream()
            .map(one -> "%s (%s)".formatted(one.getKey(), one.getValue()))
            .collect(Collectors.joining(", "));
    return "pipeline %s is part of %d routes: %s; each judges it by what all of them send, and what one strands"
            .formatted(pipeline, named.size(), list)
        + " in it goes that one's way; set the weights of all but one without it";
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
