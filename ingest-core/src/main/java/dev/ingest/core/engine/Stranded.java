package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.engine.RouteProgress.Moves;
import dev.ingest.core.engine.RouteProgress.Pass;
import dev.ingest.core.engine.RouteProgress.Step;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
 * every {@link #AGAIN}, as long as the pipeline stays rolled back.
 *
 * <p>Each sequence is judged and moved for itself: one whose history cannot be read, or whose move
 * has no known outcome, keeps none that comes after it. A walk that was in doubt of any is not
 * clean, so that another comes back to them: the later after the change, the later it begins, and
 * no later than {@link #AGAIN}. How many it moves of a page is kept before it does, so that whoever
 * goes on after a kill knows how many more may have moved than it has heard of. For one thread.
 */
final class Stranded {

  /** How long after a change a walk that finds nothing is believed. */
  static final Duration SETTLE = Duration.ofMinutes(1);

  /** How long after a walk that found nothing the next one begins. */
  static final Duration AGAIN = Duration.ofMinutes(10);

  private static final int PAGE = 200;
  private static final int MAX_PAGES = 20;

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
   * @param keep keeps how far the walk has come, with what it is about to move, before it does;
   *     throws if that is not known to be kept
   * @return how far it has come by now, and what failed on the way
   */
  Walked walk(Route route, Pass last, Runnable goOn, Consumer<Pass> keep) {
    String stranded = RouteProgress.stranded(route);
    if (stranded.isEmpty()) {
      return new Walked(Pass.NONE, Optional.empty());
    }
    Instant now = node.ledger().ledger().now();
    boolean isSame = last.stranded().equals(stranded);
    if (isSame && isAtRest(route, last, now)) {
      return new Walked(last, Optional.empty());
    }
    boolean isUnderWay = isSame && (last.step() == Step.IN_FLIGHT || last.step() == Step.FAILED);
    // Of what another has moved nothing is left but what could not be told.
    Pass pass = isUnderWay ? last : begun(stranded, now, last.moves().next());
    return new Walk(route, pass, goOn, keep).on();
  }

  /**
   * What a tick came to.
   *
   * @param pass how far the walk has come
   * @param failure what is to be told once that is kept: what ended the tick, or of what it is in
   *     doubt
   */
  record Walked(Pass pass, Optional<RuntimeException> failure) {

    void rethrow() {
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
  }

  private static Pass begun(String stranded, Instant now, Moves moves) {
    return new Pass(stranded, now, Step.IN_FLIGHT, Optional.empty(), moves);
  }

  /** Tells whether it is not yet time for the next walk after one that is through. */
  private static boolean isAtRest(Route route, Pass pass, Instant now) {
    if (pass.moves().inWalk() > 0 || !isThrough(route, pass)) {
      return false;
    }
    Duration sinceChange = Duration.between(route.change().at(), pass.begun());
    boolean isSoon = pass.moves().doubts() > 0 && sinceChange.compareTo(AGAIN) < 0;
    return now.isBefore(pass.begun().plus(isSoon ? sinceChange : AGAIN));
  }

  /** Tells whether nothing more is stranded, as far as a walk can tell. */
  static boolean isClean(Route route, Pass pass) {
    return pass.moves().inWalk() == 0 && pass.moves().doubts() == 0 && isThrough(route, pass);
  }

  /**
   * Tells whether a walk is through that began when every node had heard of the change, so that
   * what it moved is to be told, also if more keeps coming.
   */
  static boolean isThrough(Route route, Pass pass) {
    return pass.step() == Step.THROUGH && !pass.begun().isBefore(route.change().at().plus(SETTLE));
  }

  /** What one tick does of a walk. */
  private final class Walk {

    private final Route route;
    private final Runnable goOn;
    private final Consumer<Pass> keep;
    private Pass pass;
    private long doubts;
    private Optional<RuntimeException> doubt = Optional.empty();

    Walk(Route route, Pass pass, Runnable goOn, Consumer<Pass> keep) {
      this.route = route;
      this.pass = pass;
      this.goOn = goOn;
      this.keep = keep;
    }

    /** Looks at some pages; what ends it before leaves what the pages before have come to. */
    Walked on() {
      try {
        for (int page = 0; page < pages && pass.step() != Step.THROUGH; page++) {
          goOn.run();
          if (pass.step() == Step.IN_FLIGHT) {
            inFlight();
          } else {
            failed();
          }
        }
      } catch (RuntimeException e) {
        doubt.ifPresent(e::addSuppressed);
        return new Walked(pass, Optional.of(e));
      }
      return new Walked(pass, doubt);
    }

    private void inFlight() {
      ScanQuery query = pass.after().map(place -> FIRST.after(place.key())).orElse(FIRST);
      EntryPage page = node.ledger().ledger().scan(query);
      Moves moves = move(page.entries());
      pass =
          (page.more()
                  ? pass.at(
                      Step.IN_FLIGHT,
                      Optional.of(new DueQuery.Place(Instant.EPOCH, last(page.entries()).key())))
                  : pass.at(Step.FAILED, Optional.empty()))
              .with(moves);
    }

    /** What is FAILED, in the order of its dates, none of which is before the failure. */
    private void failed() {
      Optional<DueQuery.Place> after = pass.after().or(() -> Optional.of(before(route)));
      DueQuery query = new DueQuery(DueQuery.Kind.RAW_PROOF, TimePolicy.LONGEST, 0, after, PAGE);
      List<Entry> page = node.ledger().ledger().due(query);
      Moves moves = move(page);
      pass =
          (page.size() < PAGE
                  ? pass.at(Step.THROUGH, Optional.empty())
                  : pass.at(Step.FAILED, query.after(last(page)).after()))
              .with(moves);
    }

    private Moves move(List<Entry> page) {
      long before = doubts;
      List<Committer.Request> requests = new ArrayList<>();
      page.forEach(entry -> request(entry).ifPresent(requests::add));
      if (requests.isEmpty()) {
        return pass.moves().doubting(doubts - before);
      }
      keep.accept(pass.with(pass.moves().begin(requests.size())));
      long moved = 0;
      long unknown = 0;
      List<Committer.Result> results = committer.applyAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        if (results.get(i) instanceof Committer.Result.Unknown hidden) {
          unknown++;
          note(requests.get(i).entry(), hidden.cause());
        }
        moved += results.get(i) instanceof Committer.Result.Committed ? 1 : 0;
      }
      return pass.moves().plus(moved, unknown).doubting(doubts - before);
    }

    private Optional<Committer.Request> request(Entry entry) {
      Optional<Branch> left = route.split().branch(entry.run().pipeline().name());
      try {
        return left.filter(branch -> isStranded(entry, branch))
            .map(branch -> new Committer.Request(entry, event(route, branch, entry)));
      } catch (RuntimeException e) {
        // Where the ledger does not answer this either, the sequence is not the cause.
        node.ledger().ledger().now();
        goOn.run();
        note(entry, e);
        return Optional.empty();
      }
    }

    private void note(Entry entry, Throwable cause) {
      doubts++;
      if (doubt.isEmpty()) {
        String message =
            "whether %s is stranded, or moved, in route %s is not known; the walk went on without"
                + " it, and without others like it, and another comes back to them";
        doubt =
            Optional.of(
                IncompleteTickException.ofSome(
                    message.formatted(entry.key(), route.name()), cause));
      }
    }
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
