package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Ramp;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RouteProgress.Looks;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over routes, on one node at a time: tells of their changes, takes the share of a pipeline
 * that is significantly worse than the others, lets ramp plans go on, sends what is stranded
 * another way, and tells the end of what was told of canaries that nobody sends any more.
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

  /** How much longer than it takes a step of a ramp plan may last before that is told. */
  static final Duration WAITING = Duration.ofDays(1);

  private final Node node;
  private final KeptRoutes kept;
  private final RateSource rates;
  private final Stranded stranded;
  private final WatcherLease lease;
  private final UnsentCanaries canaries;
  private final SharedPipelines shared;
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
    this.canaries = new UnsentCanaries(node);
    this.shared = new SharedPipelines(node);
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
    Missed missed = new Missed();
    shared.begin();
    int all = 0;
    List<ControlRecord> page;
    do {
      page = node.ledger().controls().list(KeptRoutes.KIND, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord record : page) {
        after = record.key().name();
        all++;
        if (missed.isAny() && !lease.keep()) {
          // Another node has the turn; it goes on with the others.
          missed.rethrow();
        }
        // The others are looked at first; without a beat another release may take the turn.
        moved += missed.count(() -> watch(new KeptRoutes.Stored(record.version(), seen(record))));
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    missed.attempt(canaries::tick);
    int listed = all;
    missed.attempt(() -> shared.tell(listed));
    missed.rethrow();
    return (int) Math.min(Integer.MAX_VALUE, moved);
  }

  private Route seen(ControlRecord record) {
    Route route = RouteRecord.parse(record);
    shared.see(route);
    return route;
  }

  /** What is stranded goes another way also where a change cannot be told, or nothing be judged. */
  private long watch(KeptRoutes.Stored stored) {
    Route route = stored.route();
    Missed missed = new Missed();
    missed.attempt(() -> tell(route, progress(route)));
    if (isJudged(route) && isTimeTo(route.name())) {
      long begun = elapsed();
      missed.attempt(() -> judge(stored, progress(route)));
      long rest = (elapsed() - begun) * REST;
      nextLook.put(route.name(), elapsed() + rest);
    }
    long moved =
        missed.count(() -> new Rerouting(node, stranded, route, progress(route)).tick(lease::goOn));
    missed.rethrow();
    return moved;
  }

  private RouteProgress progress(Route route) {
    return RouteProgress.read(node.ledger(), route.name());
  }

  private static boolean isJudged(Route route) {
    long weighted = route.split().branches().stream().filter(one -> one.weight() > 0).count();
    return route.ramp().isPresent() || (route.rollback().on() && weighted > 1);
  }

  private boolean isTimeTo(String route) {
    Long next = nextLook.get(route);
    return next == null || elapsed() - next >= 0;
  }

  private void judge(KeptRoutes.Stored stored, RouteProgress before) {
    Route route = stored.route();
    Map<String, Counts> counts = compared(route, rates.of(route), before);
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
        return;
      }
    }
    if (route.ramp().isPresent()) {
      ramp(stored, route.ramp().get(), counts, progress);
    }
  }

  /** Lets a ramp plan go on if it may, and tells if it may not for long. */
  private void ramp(
      KeptRoutes.Stored stored, Ramp ramp, Map<String, Counts> counts, RouteProgress progress) {
    Route route = stored.route();
    Instant now = now();
    Optional<String> why = staysBecause(route, ramp, counts, now);
    if (why.isEmpty()) {
      goOn(stored, counts, progress);
    } else {
      tellIfItWaits(route, why.get(), progress, now);
    }
  }

  /**
   * What a ramp plan's candidate was compared with stays, where the last step leaves it nothing.
   */
  private static Map<String, Counts> compared(
      Route route, Map<String, Counts> counts, RouteProgress progress) {
    Optional<RouteProgress.Base> kept =
        progress.base().filter(base -> base.since().equals(route.split().since()));
    Optional<String> base =
        route
            .ramp()
            .filter(Ramp::isLast)
            .map(ramp -> ramp.plan().base())
            .filter(
                name ->
                    route.split().branch(name).filter(found -> found.weight() == 0).isPresent());
    if (kept.isEmpty() || base.isEmpty()) {
      return counts;
    }
    Map<String, Counts> compared = new HashMap<>(counts);
    compared.put(base.get(), kept.get().counts());
    return compared;
  }

  private void goOn(KeptRoutes.Stored stored, Map<String, Counts> counts, RouteProgress progress) {
    Route route = stored.route();
    Route next = RouteEdit.step(draft(route, "the step's time and count are reached"));
    if (next.ramp().filter(Ramp::isLast).isPresent()) {
      Counts base = counts.getOrDefault(next.ramp().get().plan().base(), Counts.NONE);
      // Before the change: one that others make first begins another split, of which it is none.
      progress.withBase(new RouteProgress.Base(next.split().since(), base)).keep(node.ledger());
    }
    change(stored, next);
  }

  /**
   * Tells why a ramp plan stays at its step; empty if it may go on. What is not known to be late is
   * not known to be in time: neither would a step by such counts be safe, nor what is kept of them
   * fit to be compared with.
   */
  private Optional<String> staysBecause(
      Route route, Ramp ramp, Map<String, Counts> counts, Instant now) {
    String candidate = ramp.plan().candidate();
    long ended = counts.getOrDefault(candidate, Counts.NONE).ended();
    if (ramp.paused()) {
      return Optional.of("it is paused");
    }
    Optional<String> latenessDoubt = rates.latenessDoubt();
    if (latenessDoubt.isPresent()) {
      return latenessDoubt;
    }
    if (ended < ramp.plan().minCount()) {
      return Optional.of(
          "%d of %d sequences have ended in %s in this step"
              .formatted(ended, ramp.plan().minCount(), candidate));
    }
    if (now.isBefore(stepEnds(route, ramp))) {
      return Optional.of("the step's time is not over");
    }
    Optional<String> doubt = RouteJudge.doubt(route, counts);
    doubt.ifPresent(why -> LOG.info("the ramp plan of route {} waits: {}", route.name(), why));
    return doubt;
  }

  private void tellIfItWaits(Route route, String why, RouteProgress progress, Instant now) {
    Ramp ramp = route.ramp().orElseThrow();
    Instant ends = stepEnds(route, ramp);
    Instant since = ends.isAfter(route.change().at()) ? ends : route.change().at();
    if (progress.waits() == route.number() || now.isBefore(since.plus(WAITING))) {
      return;
    }
    EngineAlert alert =
        new EngineAlert(
            AlertCode.RAMP_WAITING,
            ramp.plan().candidate(),
            route.name(),
            Optional.empty(),
            "step %d of %d, %d %% for %s, might have been over at %s: %s"
                .formatted(
                    ramp.step() + 1,
                    ramp.plan().percents().size(),
                    ramp.plan().weight(ramp.step()),
                    ramp.plan().candidate(),
                    since,
                    why));
    LOG.warn("route {}: {}", route.name(), alert.message());
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
    progress.withWaits(route.number()).keep(node.ledger());
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

  private void tell(Route route, RouteProgress progress) {
    if (progress.told() >= route.number()) {
      return;
    }
    List<Route> changes = kept.history(route.name(), progress.told(), MAX_TOLD);
    if (changes.isEmpty()) {
      return;
    }
    Instant now = now();
    Optional<Route> before = kept.at(route.name(), changes.get(0).number() - 1);
    List<AlertRow> rows = new ArrayList<>();
    for (Route change : changes) {
      rows.add(alert(before, change).row(node.identity(), now));
      before = Optional.of(change);
    }
    if (progress.waits() > 0) {
      String message = "its ramp plan waited since change " + progress.waits();
      EngineAlert moves = EngineAlert.of(AlertCode.RAMP_MOVING, route.name(), message);
      rows.add(moves.row(node.identity(), now));
    }
    EngineAlert.raise(node.ledger(), rows);
    progress.withTold(changes.get(changes.size() - 1).number()).withWaits(0).keep(node.ledger());
  }

  private static EngineAlert alert(Optional<Route> before, Route change) {
    boolean isRollback = change.change().act() == Act.ROLLED_BACK;
    return new EngineAlert(
        isRollback ? AlertCode.ROUTE_ROLLED_BACK : AlertCode.ROUTE_CHANGED,
        isRollback ? RouteEdit.left(before, change) : "",
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

  private Instant now() {
    return node.ledger().ledger().now();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
