package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RateSource.Tally;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Standing;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How far the watcher of a route has come: a control record, so that whoever takes over goes on
 * with it.
 *
 * @param route the route's name
 * @param version the version of the record, 0 if there is none
 * @param told the number of the last change that was told
 * @param looks the looks at its split
 * @param pass the search for what is stranded
 * @param base what the base of its ramp plan was counted to before the last step left it nothing
 * @param waits the number of the change since which its ramp plan was told to wait; 0 for none
 */
record RouteProgress(
    String route,
    long version,
    long told,
    Looks looks,
    Pass pass,
    Optional<Base> base,
    long waits) {

  /** The kind of the records. */
  static final String KIND = "route-watch";

  /**
   * The looks at a split.
   *
   * @param since when the split began
   * @param count how many there were, 0 or more
   * @param seen what the last one counted
   */
  record Looks(Instant since, long count, String seen) {}

  /**
   * A walk through what is in flight, and what has failed, for what is stranded.
   *
   * @param stranded which pipelines since when, as {@link #stranded}; empty text for none
   * @param begun when it began, by the ledger's clock
   * @param step which step it has come to
   * @param after the last place in that step that was looked at
   * @param moves what became of what it has found
   */
  record Pass(
      String stranded, Instant begun, Step step, Optional<DueQuery.Place> after, Moves moves) {

    static final Pass NONE = new Pass("", Instant.EPOCH, Step.ANEW, Optional.empty(), Moves.NONE);

    /**
     * What the releases before keep of a walk that is through: the level of escalation past the
     * last, since their steps are the levels.
     */
    private static final int PAST_ALL_LEVELS = Standing.MAX_ESCALATIONS + 1;

    /** The steps of a release that kept them in the field of the levels. */
    private static final Map<Integer, Step> NUMBERED =
        Map.of(100, Step.IN_FLIGHT, 101, Step.FAILED, PAST_ALL_LEVELS, Step.THROUGH);

    Pass at(Step next, Optional<DueQuery.Place> place) {
      return new Pass(stranded, begun, next, place, moves);
    }

    Pass with(Moves changed) {
      return new Pass(stranded, begun, step, after, changed);
    }

    /** The same walk, of which nothing more is to be told. */
    Pass told() {
      return with(new Moves(moves.inWalk(), 0, 0, moves.doubts()));
    }

    /**
     * Writes it so that the releases before, which do not know of the step, begin a walk anew where
     * this one is not through, or in doubt.
     */
    private RecordBody in(RecordBody body) {
      boolean isDone = step == Step.THROUGH && moves.doubts() == 0;
      RecordBody changed =
          in(
              body.with("stranded", stranded)
                  .with("begun", begun)
                  .with("level", isDone ? PAST_ALL_LEVELS : 0),
              "",
              Optional.empty());
      if (step != Step.ANEW) {
        changed = in(changed.with("step", step.name()), "step-", after);
      }
      return changed
          .with("moved", moves.inWalk())
          .with("total", moves.total())
          .with("unsure", moves.unsure())
          .with("doubts", moves.doubts());
    }

    private static RecordBody in(RecordBody body, String prefix, Optional<DueQuery.Place> place) {
      return body.with(prefix + "after", place.map(it -> it.at().toEpochMilli() + "").orElse(""))
          .with(prefix + "owner", place.map(it -> it.key().owner().value()).orElse(""))
          .with(prefix + "id", place.map(it -> it.key().id().value()).orElse(""));
    }

    private static Pass of(RecordBody body) {
      Step step = NUMBERED.getOrDefault(body.count("level"), Step.ANEW);
      Optional<DueQuery.Place> after = place(body, "");
      if (body.find("step").isPresent()) {
        step = body.constant("step", Step.class);
        after = place(body, "step-");
      }
      return new Pass(
          body.text("stranded"),
          body.time("begun"),
          step,
          step == Step.ANEW ? Optional.empty() : after,
          new Moves(
              body.number("moved"),
              body.number("total"),
              orZero(body, "unsure"),
              orZero(body, "doubts")));
    }

    private static Optional<DueQuery.Place> place(RecordBody body, String prefix) {
      return body.text(prefix + "after").isEmpty()
          ? Optional.empty()
          : Optional.of(
              new DueQuery.Place(
                  body.time(prefix + "after"),
                  SequenceKey.of(body.text(prefix + "owner"), body.text(prefix + "id"))));
    }
  }

  /** The steps of a walk, by the names of which they are kept. */
  enum Step {
    /** It has to begin: none was, or a release before has begun it, by places of its own. */
    ANEW,
    /** It looks at all that is in flight. */
    IN_FLIGHT,
    /** It looks at what has failed. */
    FAILED,
    /** It has looked at all. */
    THROUGH
  }

  /**
   * What became of what was found stranded.
   *
   * @param inWalk how many were moved in this walk, or begun to be
   * @param total how many were moved, in all walks since that was told last
   * @param unsure how many more were begun to be moved since then, and nobody saw whether they were
   * @param doubts of how many of this walk it is not known whether they are stranded, or moved
   */
  record Moves(long inWalk, long total, long unsure, long doubts) {

    static final Moves NONE = new Moves(0, 0, 0, 0);

    /** What is true if those are moved now, and whoever does it dies before he says so. */
    Moves begin(long moving) {
      return new Moves(inWalk + moving, total, unsure + moving, doubts);
    }

    Moves plus(long moved, long unknown) {
      return new Moves(inWalk + moved, total + moved, unsure + unknown, doubts);
    }

    Moves doubting(long more) {
      return new Moves(inWalk, total, unsure, doubts + more);
    }

    /** What the next walk begins with. */
    Moves next() {
      return new Moves(0, total, unsure, 0);
    }

    boolean isToTell() {
      return total > 0 || unsure > 0;
    }
  }

  /**
   * What the candidate is compared with at the last step of a ramp plan.
   *
   * @param since when the split of that step begins
   * @param counts of the base in the step before
   */
  record Base(Instant since, Counts counts) {

    private RecordBody in(RecordBody body) {
      return in(
          in(body.with("base-since", since), "sequences", counts.sequences()),
          "units",
          counts.units());
    }

    private static RecordBody in(RecordBody body, String what, Tally tally) {
      return body.with("base-" + what + "-ended", tally.ended())
          .with("base-" + what + "-failed", tally.failed())
          .with("base-" + what + "-overdue", tally.overdue())
          .with("base-" + what + "-seen", tally.seen());
    }

    /** A record of an earlier release has none. */
    private static Optional<Base> of(RecordBody body) {
      return body.find("base-units-seen").isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Base(
                  body.time("base-since"),
                  new Counts(tally(body, "sequences"), tally(body, "units"))));
    }

    private static Tally tally(RecordBody body, String what) {
      return new Tally(
          body.number("base-" + what + "-ended"),
          body.number("base-" + what + "-failed"),
          body.number("base-" + what + "-overdue"),
          body.number("base-" + what + "-seen"));
    }
  }

  /** Names the pipelines of a route that were rolled back; empty text if none was. */
  static String stranded(Route route) {
    return route.split().branches().stream()
        .filter(branch -> branch.stranded().isPresent())
        .map(branch -> branch.name() + "@" + since(branch))
        .collect(Collectors.joining(","));
  }

  private static long since(Branch branch) {
    return branch.stranded().orElseThrow().toEpochMilli();
  }

  static RouteProgress read(LedgerStore ledger, String route) {
    return ledger
        .controls()
        .read(key(route))
        .map(record -> parse(route, record))
        .orElseGet(
            () ->
                new RouteProgress(
                    route, 0, 0, new Looks(Instant.EPOCH, 0, ""), Pass.NONE, Optional.empty(), 0));
  }

  /** Keeps this, and returns it as it is stored then. */
  RouteProgress keep(LedgerStore ledger) {
    RecordBody body =
        RecordBody.of(key(route))
            .with("told", told)
            .with("since", looks.since())
            .with("looks", looks.count())
            .with("seen", looks.seen())
            .with("waits", waits);
    body = pass.in(body);
    if (base.isPresent()) {
      body = base.get().in(body);
    }
    Outcome outcome = ledger.controls().write(body.record(version + 1));
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new IncompleteTickException(
          "whether the progress of route " + route + " was kept is unknown; the next tick looks",
          unknown.cause());
    } else if (!outcome.isApplied()) {
      throw new IncompleteTickException("another node watches route " + route + ", " + outcome);
    }
    return new RouteProgress(route, version + 1, told, looks, pass, base, waits);
  }

  RouteProgress withTold(long number) {
    return new RouteProgress(route, version, number, looks, pass, base, waits);
  }

  RouteProgress withLooks(Looks changed) {
    return new RouteProgress(route, version, told, changed, pass, base, waits);
  }

  RouteProgress withPass(Pass changed) {
    return new RouteProgress(route, version, told, looks, changed, base, waits);
  }

  RouteProgress withBase(Base changed) {
    return new RouteProgress(route, version, told, looks, pass, Optional.of(changed), waits);
  }

  RouteProgress withWaits(long number) {
    return new RouteProgress(route, version, told, looks, pass, base, number);
  }

  static RouteProgress parse(String route, ControlRecord record) {
    return RecordBody.read(record, body -> read(route, record.version(), body));
  }

  private static RouteProgress read(String route, long version, RecordBody body) {
    return new RouteProgress(
        route,
        version,
        body.number("told"),
        new Looks(body.time("since"), body.number("looks"), body.text("seen")),
        Pass.of(body),
        Base.of(body),
        orZero(body, "waits"));
  }

  /** Reads a number that a record of an earlier release does not have. */
  private static long orZero(RecordBody body, String name) {
    return body.find(name).isEmpty() ? 0 : body.number(name);
  }

  private static ControlRecord.Key key(String route) {
    return new ControlRecord.Key(KIND, route);
  }
}
