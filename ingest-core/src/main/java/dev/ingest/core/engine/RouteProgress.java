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
import java.time.Instant;
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
   * @param level which step it has come to, or that it is through, by the numbers of {@link
   *     Stranded}
   * @param after the last place in that step that was looked at
   * @param moves what became of what it has found
   */
  record Pass(
      String stranded, Instant begun, int level, Optional<DueQuery.Place> after, Moves moves) {

    static final Pass NONE = new Pass("", Instant.EPOCH, 0, Optional.empty(), Moves.NONE);

    Pass at(int nextLevel, Optional<DueQuery.Place> place) {
      return new Pass(stranded, begun, nextLevel, place, moves);
    }

    Pass with(Moves changed) {
      return new Pass(stranded, begun, level, after, changed);
    }

    /** The same walk, of which nothing more is to be told. */
    Pass told() {
      return with(new Moves(moves.inWalk(), 0, moves.doubts()));
    }
  }

  /**
   * What became of what was found stranded.
   *
   * @param inWalk how many were moved in this walk
   * @param total how many were moved in all walks so far
   * @param doubts of how many of this walk it is not known whether they are stranded, or moved
   */
  record Moves(long inWalk, long total, long doubts) {

    static final Moves NONE = new Moves(0, 0, 0);

    Moves plus(long moved) {
      return new Moves(inWalk + moved, total + moved, doubts);
    }

    Moves doubting(long more) {
      return new Moves(inWalk, total, doubts + more);
    }

    /** What the next walk begins with. */
    Moves next() {
      return new Moves(0, total, 0);
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
            .with("stranded", pass.stranded())
            .with("begun", pass.begun())
            .with("level", pass.level())
            .with("after", pass.after().map(place -> place.at().toEpochMilli() + "").orElse(""))
            .with("owner", pass.after().map(place -> place.key().owner().value()).orElse(""))
            .with("id", pass.after().map(place -> place.key().id().value()).orElse(""))
            .with("moved", pass.moves().inWalk())
            .with("total", pass.moves().total())
            .with("doubts", pass.moves().doubts())
            .with("waits", waits);
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
    Optional<DueQuery.Place> after =
        body.text("after").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new DueQuery.Place(
                    body.time("after"), SequenceKey.of(body.text("owner"), body.text("id"))));
    return new RouteProgress(
        route,
        version,
        body.number("told"),
        new Looks(body.time("since"), body.number("looks"), body.text("seen")),
        new Pass(
            body.text("stranded"),
            body.time("begun"),
            body.count("level"),
            after,
            new Moves(body.number("moved"), body.number("total"), orZero(body, "doubts"))),
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
