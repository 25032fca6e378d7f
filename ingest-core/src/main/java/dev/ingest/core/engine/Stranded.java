package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Sends another way what is stranded in pipelines that were rolled back: all that is in flight in
 * them, and what failed in them since the split, or the ramp plan, began.
 *
 * <p>It walks first through everything that is in flight, in the order of the keys, and then
 * through what is FAILED, from what failed, or was read again, at the time of the change on: so it
 * costs nothing for what is settled, nor for what had failed before and was not read again since,
 * of which there may be any number. What had failed before and was read again since by the scrub
 * costs each walk its entry, and a look into its history where it is of a pipeline that was rolled
 * back; it comes in the order of those readings, between what failed since. Where it has come to is
 * one place, which is kept after each tick. What it moves is no longer in the pipeline, so that a
 * page which is looked at again moves nothing twice. Nodes may have accepted by the route of before
 * for a heartbeat, and what was on its way may have failed meanwhile: a walk follows on another
 * until one that began {@link #SETTLE} after the change finds nothing; from then on one is made
 * every {@link #AGAIN}, as long as the pipeline stays rolled back. For one thread.
 */
final class Stranded {

  /** How long after a change a walk that finds nothing is believed. */
  static final Duration SETTLE = Duration.ofMinutes(1);

  /** How long after a walk that found nothing the next one begins. */
  static final Duration AGAIN = Duration.ofMinutes(10);

  private static final Duration EVER = Duration.ofDays(1_000_000);
  private static final int PAGE = 200;
  private static final int MAX_PAGES = 20;

  /**
   * The steps of a walk, with numbers that no earlier release has kept: those have levels of
   * escalation, up to the one past the last, at which a walk is through. A walk at such a level has
   * come to a place by the expiry, which is none of these steps, and is begun anew.
   */
  private static final int IN_FLIGHT = 100;

  private static final int FAILED = 101;
  private static final int THROUGH = Standing.MAX_ESCALATIONS + 1;

  private static final ScanQuery FIRST =
      new ScanQuery(Optional.empty(), Optional.empty(), Lookout.IN_FLIGHT, Optional.empty(), PAGE);

  private static final int MAX_REASON = 500;
  private static final SequenceKey ANY = SequenceKey.of("a", "a");

  private final Node node;
  private final Committer committer;
  private final Routing routing;
  private final int pages;

  Stranded(Node node, Committer committer, Routing routing) {
    this(node, committer, routing, MAX_PAGES);
  }

  /** One that looks at so many pages at a time. */
  Stranded(Node node, Committer committer, Routing routing, int pages) {
    this.node = node;
    this.committer = committer;
    this.routing = routing;
    this.pages = pages;
  }

  /**
   * Goes on with the walk, or begins one if it is time.
   *
   * @param route the route
   * @param last how far it has come
   * @param goOn called between pages; throws to end the tick
   * @return how far it has come by now
   */
  Pass walk(Route route, Pass last, Runnable goOn) {
    String stranded = RouteProgress.stranded(route);
    if (stranded.isEmpty()) {
      return Pass.NONE;
    }
    Instant now = node.ledger().ledger().now();
    Pass pass = last;
    if (!pass.stranded().equals(stranded)) {
      pass = new Pass(stranded, now, IN_FLIGHT, Optional.empty(), 0, 0);
    } else if (pass.level() != IN_FLIGHT && pass.level() != FAILED) {
      if (isClean(route, pass) && now.isBefore(pass.begun().plus(AGAIN))) {
        return pass;
      }
      pass = new Pass(stranded, now, IN_FLIGHT, Optional.empty(), 0, pass.total());
    }
    for (int page = 0; page < pages && pass.level() != THROUGH; page++) {
      goOn.run();
      pass = pass.level() == IN_FLIGHT ? inFlight(route, pass) : failed(route, pass);
    }
    return pass;
  }

  /** Tells whether nothing more is stranded, as far as a walk can tell. */
  static boolean isClean(Route route, Pass pass) {
    return pass.moved() == 0 && isThrough(route, pass);
  }

  /**
   * Tells whether a walk is through that began when every node had heard of the change, so that
   * what it moved is to be told, also if more keeps coming.
   */
  static boolean isThrough(Route route, Pass pass) {
    return pass.level() == THROUGH && !pass.begun().isBefore(route.change().at().plus(SETTLE));
  }

  private Pass inFlight(Route route, Pass pass) {
    ScanQuery query = pass.after().map(place -> FIRST.after(place.key())).orElse(FIRST);
    EntryPage page = node.ledger().ledger().scan(query);
    long moved = move(route, page.entries());
    return page.more()
        ? pass.at(
            IN_FLIGHT,
            Optional.of(new DueQuery.Place(Instant.EPOCH, last(page.entries()).key())),
            moved)
        : pass.at(FAILED, Optional.empty(), moved);
  }

  /** What is FAILED, in the order of its dates, none of which is before the failure. */
  private Pass failed(Route route, Pass pass) {
    Optional<DueQuery.Place> after = pass.after().or(() -> Optional.of(before(route)));
    DueQuery query = new DueQuery(DueQuery.Kind.RAW_PROOF, EVER, 0, after, PAGE);
    List<Entry> page = node.ledger().ledger().due(query);
    long moved = move(route, page);
    return page.size() < PAGE
        ? pass.at(THROUGH, Optional.empty(), moved)
        : pass.at(FAILED, query.after(last(page)).after(), moved);
  }

  /** A place before all that has failed since the first of the pipelines was left. */
  private static DueQuery.Place before(Route route) {
    Instant since =
        route.split().branches().stream()
            .flatMap(branch -> branch.stranded().stream())
            .min(Comparator.naturalOrder())
            .orElseThrow();
    return new DueQuery.Place(since.minusMillis(1), ANY);
  }

  private static Entry last(List<Entry> page) {
    return page.get(page.size() - 1);
  }

  private long move(Route route, List<Entry> page) {
    List<Committer.Request> requests = new ArrayList<>();
    for (Entry entry : page) {
      route
          .split()
          .branch(entry.run().pipeline().name())
          .filter(branch -> isStranded(entry, branch))
          .ifPresent(
              branch -> requests.add(new Committer.Request(entry, event(route, branch, entry))));
    }
    long moved = 0;
    for (Committer.Result result : committer.applyAll(requests)) {
      if (result instanceof Committer.Result.Unknown unknown) {
        throw new IncompleteTickException(
            "a re-routing of route "
                + route.name()
                + " has no known outcome; the next tick goes on",
            unknown.cause());
      }
      moved += result instanceof Committer.Result.Committed ? 1 : 0;
    }
    return moved;
  }

  private Event event(Route route, Branch left, Entry entry) {
    Routing.Choice choice = routing.choose(route, entry.key());
    String reason =
        "route %s, change %d: %s".formatted(route.name(), route.number(), route.change().reason());
    return new Event.Rerouted(
        left.name(),
        choice.pipeline(),
        choice.first(),
        new Event.Act(node.actor(), BoundedText.of(reason, MAX_REASON)));
  }

  private boolean isStranded(Entry entry, Branch branch) {
    if (branch.stranded().isEmpty()) {
      return false;
    }
    return entry.state() == State.FAILED
        ? !OwnerNotices.isLost(entry) && hasFailedSince(entry, branch.stranded().get())
        : entry.state().isInFlight();
  }

  /**
   * The date of a FAILED entry is never before its failure, but later once its raw bytes were read
   * again; then the history tells.
   */
  private boolean hasFailedSince(Entry entry, Instant since) {
    if (entry.position().visibleAt().isBefore(since)) {
      return false;
    }
    if (!entry.receipt().acceptedAt().isBefore(since)) {
      return true;
    }
    long after = Math.max(0, entry.chain().length() - ScanQuery.MAX_LIMIT);
    Instant failed = Instant.MIN;
    for (HistoryRow row : node.ledger().ledger().history(entry.key(), after, ScanQuery.MAX_LIMIT)) {
      failed = row.step().kind() == TransitionKind.FAILED ? row.step().at() : failed;
    }
    return !failed.isBefore(since);
  }
}
