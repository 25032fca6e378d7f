package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RouteProgress.Looks;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over routes, on one node at a time: tells of their changes, takes the share of a pipeline
 * that is significantly worse than the others, lets ramp plans go on, and sends what is stranded
 * another way.
 *
 * <p>It needs no pipeline of its own, since a route says how its pipelines begin. How often it has
 * looked at a split is kept before each look, so that no node looks more often than the test allows
 * for. What it changes it changes by compare-and-set of the route as it was judged. Changes are
 * told from the history, and that they were is kept after it: a crash between the two tells twice,
 * never not at all. For one thread.
 */
final class RouteWatcher {

  private static final Logger LOG = LoggerFactory.getLogger(RouteWatcher.class);

  /** A look takes no more than this part of the time. */
  private static final int REST = 20;

  private static final int MAX_TOLD = 100;

  private final Node node;
  private final KeptRoutes kept;
  private final RateSource rates;
  private final Stranded stranded;
  private final WatcherLease lease;
  private final Map<String, Long> nextLook = new HashMap<>();

  /**
   * Creates a watcher. Does no I/O.
   *
   * @param node what it works for
   * @param rates tells what became of the sequences of pipelines
   * @param stranded sends another way what is stranded
   * @param lease lets one node at a time do it
   */
  RouteWatcher(Node node, RateSource rates, Stranded stranded, WatcherLease lease) {
    this.node = node;
    this.kept = new KeptRoutes(node.ledger());
    this.rates = rates;
    this.stranded = stranded;
    this.lease = lease;
  }

  /**
   * Looks at all routes, if it is this node's turn.
   *
   * @return how many sequences were sent another way
   */
  int tick() {
    return lease.run(this::look);
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int look() {
    long moved = 0;
    String after = "";
    Optional<RuntimeException> failure = Optional.empty();
    List<ControlRecord> page;
    do {
      page = node.ledger().controls().list(KeptRoutes.KIND, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord record : page) {
        after = record.key().name();
        try {
          moved += watch(new KeptRoutes.Stored(record.version(), RouteRecord.parse(record)));
        } catch (IllegalStateException | InvalidValueException e) {
          // The others are looked at first; without a beat another release may take the turn.
          failure = failure.or(() -> Optional.of(e));
        }
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    if (failure.isPresent()) {
      throw failure.get();
    }
    return (int) Math.min(Integer.MAX_VALUE, moved);
  }

  private long watch(KeptRoutes.Stored stored) {
    RouteProgress progress = RouteProgress.read(node.ledger(), stored.route().name());
    progress = tell(stored.route(), progress);
    if (isJudged(stored.route()) && isTimeTo(stored.route().name())) {
      long begun = elapsed();
      progress = judge(stored, progress);
      long rest = (elapsed() - begun) * REST;
      nextLook.put(stored.route().name(), elapsed() + rest);
    }
    return reroute(stored.route(), progress);
  }

  private static boolean isJudged(Route route) {
    long weighted = route.split().branches().stream().filter(one -> one.weight() > 0).count();
    return route.ramp().isPresent() || (route.rollback().on() && weighted > 1);
  }

  private boolean isTimeTo(String route) {
    Long next = nextLook.get(route);
    return next == null || elapsed() - next >= 0;
  }

  private RouteProgress judge(KeptRoutes.Stored stored, RouteProgress before) {
    Route route = stored.route();
    Map<String, Counts> counts = rates.of(route);
    Looks last = before.looks();
    Looks looks =
        last.since().equals(route.split().since()) ? last : new Looks(route.split().since(), 0, "");
    String seen = Digest.ofUtf8(new TreeMap<>(counts).toString()).hex();
    RouteProgress progress = before;
    if (route.rollback().on() && RouteJudge.isRipe(route, counts) && !seen.equals(looks.seen())) {
      looks = new Looks(looks.since(), looks.count() + 1, seen);
      progress = before.withLooks(looks).keep(node.ledger());
      Optional<RouteJudge.Verdict> worst = RouteJudge.worst(route, counts, looks.count());
      if (worst.isPresent()) {
        rollBack(stored, worst.get());
        return progress;
      }
    }
    if (mayGoOn(route, counts)) {
      change(stored, RouteEdit.step(draft(route, "the step's time and count are reached")));
    }
    return progress;
  }

  private boolean mayGoOn(Route route, Map<String, Counts> counts) {
    Optional<Ramp> ramp = route.ramp().filter(found -> !found.paused());
    if (ramp.isEmpty()) {
      return false;
    }
    Counts own = counts.getOrDefault(ramp.get().plan().candidate(), Counts.NONE);
    boolean isReached =
        own.ended() >= ramp.get().plan().minCount() && !now().isBefore(stepEnds(route, ramp.get()));
    Optional<String> doubt = isReached ? RouteJudge.doubt(route, counts) : Optional.empty();
    doubt.ifPresent(why -> LOG.info("the ramp plan of route {} waits: {}", route.name(), why));
    return isReached && doubt.isEmpty();
  }

  private static Instant stepEnds(Route route, Ramp ramp) {
    return route.split().since().plus(ramp.plan().minTime());
  }

  private void rollBack(KeptRoutes.Stored stored, RouteJudge.Verdict verdict) {
    Route route = stored.route();
    LOG.error("route {} leaves {}: {}", route.name(), verdict.pipeline(), verdict.evidence());
    change(stored, RouteEdit.rollBack(draft(route, verdict.evidence()), verdict.pipeline()));
  }

  private void change(KeptRoutes.Stored stored, Route next) {
    if (!kept.replace(Optional.of(stored), next)) {
      LOG.info("route {} was changed meanwhile; the next tick looks again", next.name());
    }
  }

  private RouteEdit.Draft draft(Route route, String reason) {
    return new RouteEdit.Draft(
        route.name(), Optional.of(route), "", new Event.Act(node.actor(), reason), now());
  }

  private RouteProgress tell(Route route, RouteProgress progress) {
    if (progress.told() >= route.number()) {
      return progress;
    }
    List<Route> changes = kept.history(route.name(), progress.told(), MAX_TOLD);
    if (changes.isEmpty()) {
      return progress;
    }
    Instant now = now();
    List<AlertRow> rows =
        changes.stream().map(change -> alert(change).row(node.identity(), now)).toList();
    int most = node.ledger().capabilities().maxBatch();
    for (int i = 0; i < rows.size(); i += most) {
      node.ledger().alerts().raise(rows.subList(i, Math.min(rows.size(), i + most)));
    }
    return progress.withTold(changes.get(changes.size() - 1).number()).keep(node.ledger());
  }

  private static EngineAlert alert(Route change) {
    boolean isRollback = change.change().act() == Act.ROLLED_BACK;
    return new EngineAlert(
        isRollback ? AlertCode.ROUTE_ROLLED_BACK : AlertCode.ROUTE_CHANGED,
        isRollback ? RouteProgress.stranded(change).replaceAll("@[0-9]*", "") : "",
        change.name(),
        Optional.empty(),
        "change %d, %s by %s at %s: %s; weights are %s"
            .formatted(
                change.number(),
                change.change().act(),
                change.change().actor(),
                change.change().at(),
                change.change().reason(),
                change.split().weights()));
  }

  private long reroute(Route route, RouteProgress progress) {
    Pass before = progress.pass();
    Pass after = stranded.walk(route, before, lease::goOn);
    if (after.equals(before)) {
      return 0;
    }
    if (Stranded.isClean(route, after) && after.total() > 0) {
      tellRerouted(route, after);
      after = new Pass(after.stranded(), after.begun(), after.level(), Optional.empty(), 0, 0);
    }
    progress.withPass(after).keep(node.ledger());
    boolean isSame = after.stranded().equals(before.stranded());
    return Math.max(0, after.total() - (isSame ? before.total() : 0));
  }

  private void tellRerouted(Route route, Pass pass) {
    EngineAlert alert =
        new EngineAlert(
            AlertCode.ROUTE_REROUTED,
            RouteProgress.stranded(route).replaceAll("@[0-9]*", ""),
            route.name(),
            Optional.empty(),
            "%d sequences that were stranded in %s go another way"
                .formatted(pass.total(), pass.stranded()));
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now())));
  }

  private Instant now() {
    return node.ledger().ledger().now();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
