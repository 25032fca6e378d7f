package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.alert.AlertCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tells of pipelines that more than one route sends to, or has rolled back: nothing tells which of
 * them sent a sequence, so each judges by what all sent, and what one strands goes its way. That is
 * not refused, since whoever has to change a route must not be stopped by another one. For one
 * thread.
 */
final class SharedPipelines {

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Node node;
  private final Map<String, List<String>> routes = new TreeMap<>();
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
        name(branch, "%s (%d of %d)".formatted(route.name(), branch.weight(), sum));
      } else if (branch.stranded().isPresent()) {
        name(branch, route.name() + " (rolled back)");
      }
    }
    seen++;
  }

  private void name(Branch branch, String route) {
    routes.computeIfAbsent(branch.name(), name -> new ArrayList<>()).add(route);
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
    Set<String> over = new HashSet<>();
    if (seen == all) {
      over.addAll(new Misgivings(node).parts(AlertCode.ROUTES_SHARE_PIPELINE));
    }
    routes.forEach(
        (pipeline, named) -> {
          if (named.size() > 1 && weighted.contains(pipeline)) {
            over.remove(pipeline);
            new Misgivings(node, pipeline)
                .noteOnce(
                    AlertCode.ROUTES_SHARE_PIPELINE,
                    AlertCode.ROUTES_APART,
                    Optional.of(text(pipeline, named)));
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

  private static String text(String pipeline, List<String> named) {
    return "pipeline %s is part of %d routes: %s; each judges it by what all of them send, and what one strands"
            .formatted(pipeline, named.size(), String.join(", ", named))
        + " in it goes that one's way; set the weights of all but one without it";
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
