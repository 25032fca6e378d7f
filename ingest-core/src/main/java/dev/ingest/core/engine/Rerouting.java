package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.RouteProgress.Moves;
import dev.ingest.core.engine.RouteProgress.Pass;
import java.util.List;
import java.util.Optional;

/**
 * One tick of the walk for what is stranded in a route: keeps how far it has come, before each page
 * of moves and at its end, whatever ended it, and tells how many went another way. How many that
 * were is kept until it was told, so that a kill tells twice, or between which numbers it is, and
 * never nothing or too few. For one thread.
 */
final class Rerouting {

  private final Node node;
  private final Stranded stranded;
  private final Route route;
  private RouteProgress progress;

  Rerouting(Node node, Stranded stranded, Route route, RouteProgress progress) {
    this.node = node;
    this.stranded = stranded;
    this.route = route;
    this.progress = progress;
  }

  /**
   * Goes on with the walk.
   *
   * @param goOn called between pages; throws to end the tick
   * @return how many sequences were sent another way
   */
  long tick(Runnable goOn) {
    Missed missed = new Missed();
    String now = RouteProgress.stranded(route);
    if (!progress.pass().stranded().equals(now) && progress.pass().moves().isToTell()) {
      // The walk is given up for another, or for none.
      missed.attempt(() -> tell(progress.pass()));
      if (now.isEmpty()) {
        missed.rethrow();
      }
      if (!missed.isAny()) {
        keep(progress.pass().told());
      }
    }
    long before = progress.pass().moves().total();
    Stranded.Walked walked = stranded.walk(route, progress.pass(), goOn, this::keep);
    missed.attempt(() -> end(walked.pass()));
    missed.attempt(walked::rethrow);
    missed.rethrow();
    return walked.pass().moves().total() - before;
  }

  /** What it has come to is kept before it is told, and that it was told after it. */
  private void end(Pass pass) {
    if (!pass.equals(progress.pass())) {
      keep(pass);
    }
    if (Stranded.isThrough(route, pass) && pass.moves().isToTell()) {
      tell(pass);
      keep(pass.told());
    }
  }

  private void keep(Pass pass) {
    progress = progress.withPass(pass).keep(node.ledger());
  }

  private void tell(Pass pass) {
    EngineAlert alert =
        new EngineAlert(
            AlertCode.ROUTE_REROUTED,
            only(pass.stranded()),
            route.name(),
            Optional.empty(),
            message(pass.moves(), pass.stranded()));
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), node.ledger().ledger().now())));
  }

  private static String message(Moves moves, String stranded) {
    String what = "sequences that were stranded in " + stranded + " go another way";
    return moves.unsure() == 0
        ? "%d %s".formatted(moves.total(), what)
        : "%d to %d %s; whoever moved the others was ended, or had no answer, before it was known"
            .formatted(moves.total(), moves.total() + moves.unsure(), what);
  }

  /** The one pipeline that a walk is for; of several, the message has the list. */
  private static String only(String stranded) {
    return stranded.contains(",") ? "" : stranded.substring(0, Math.max(0, stranded.indexOf('@')));
  }
}
