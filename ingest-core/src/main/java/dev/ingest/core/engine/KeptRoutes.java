package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Route;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes that all nodes of a ledger go by: a control record each, and one more for each change
 * of the past.
 *
 * <p>The route's own record is changed by compare-and-set, and holds all that a change is: its
 * number, who, why and when. That write is what makes a change, and nothing else does. Before the
 * next one replaces it, it is written once more under its number, for good; so the history has what
 * took effect and nothing else, without a gap, whatever dies in between, and its last change is
 * read from the route itself. Thread-safe.
 */
public final class KeptRoutes {

  /** The kind of the routes' records. */
  static final String KIND = "route";

  private static final String CHANGE = "route-change.";

  private static final Logger LOG = LoggerFactory.getLogger(KeptRoutes.class);

  private final LedgerStore ledger;

  /**
   * Creates a view of a ledger's routes. Does no I/O.
   *
   * @param ledger the ledger
   */
  public KeptRoutes(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * A route as it is stored.
   *
   * @param version the version of its record
   * @param route the route
   */
  record Stored(long version, Route route) {}

  /**
   * Reads a route.
   *
   * @param name its name
   * @return the route; empty if nobody has set it
   */
  public Optional<Route> find(String name) {
    return read(name).map(Stored::route);
  }

  Optional<Stored> read(String name) {
    return ledger
        .controls()
        .read(key(name))
        .map(record -> new Stored(record.version(), RouteRecord.parse(record)));
  }

  /**
   * Reads routes in the order of their names.
   *
   * @param after only names greater than this; empty text for all
   * @param limit the most
   * @return them
   */
  public List<Route> list(String after, int limit) {
    return ledger.controls().list(KIND, after, limit).stream().map(RouteRecord::parse).toList();
  }

  /**
   * Finds the first route, by name, that has a weight for a pipeline or, if none has, that names
   * it: a route goes on naming what moved to another.
   */
  Optional<Route> naming(String pipeline) {
    Optional<Route> left = Optional.empty();
    String after = "";
    List<Route> page;
    do {
      page = list(after, ScanQuery.MAX_LIMIT);
      for (Route route : page) {
        Optional<Route.Branch> branch = route.split().branch(pipeline);
        if (branch.filter(named -> named.weight() > 0).isPresent()) {
          return Optional.of(route);
        }
        if (branch.isPresent() && left.isEmpty()) {
          left = Optional.of(route);
        }
        after = route.name();
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    return left;
  }

  /**
   * Reads the changes of a route, the oldest first.
   *
   * @param name its name
   * @param afterNumber only changes past this number
   * @param limit the most
   * @return the route after each of them
   */
  public List<Route> history(String name, long afterNumber, int limit) {
    // First the last: what is changed meanwhile is among the past when that is read.
    Optional<Route> last = find(name);
    long end = last.map(Route::number).orElse(Long.MAX_VALUE);
    List<Route> changes = new ArrayList<>();
    ledger.controls().list(CHANGE + name, padded(afterNumber), limit).stream()
        .map(RouteRecord::parse)
        .filter(route -> route.number() < end)
        .forEach(changes::add);
    long reached = changes.isEmpty() ? afterNumber : changes.get(changes.size() - 1).number();
    if (changes.size() < limit) {
      last.filter(route -> route.number() > reached).ifPresent(changes::add);
    }
    return changes;
  }

  /** Finds a route as a change left it. */
  Optional<Route> at(String name, long number) {
    return history(name, number - 1, 1).stream()
        .filter(route -> route.number() == number)
        .findFirst();
  }

  /**
   * Changes a route as it was read.
   *
   * @param before the route as it was read; empty if there was none
   * @param next the route after the change, with the next number
   * @return whether this change took effect; false if someone else's came first
   * @throws OutcomeUnknownException if nobody knows
   */
  boolean replace(Optional<Stored> before, Route next) {
    before.ifPresent(this::keepPast);
    long version = before.map(Stored::version).orElse(0L) + 1;
    ControlRecord record = RouteRecord.format(key(next.name()), next).record(version);
    RecordWrite written = RecordWrite.of(record, ledger.controls());
    return written instanceof RecordWrite.Unseen unseen ? isPast(record, unseen) : written.isDone();
  }

  /** Tells whether someone else has replaced a change since, and so kept it, if it ever was. */
  private boolean isPast(ControlRecord sought, RecordWrite.Unseen unseen) {
    if (unseen.version() < sought.version()) {
      throw new OutcomeUnknownException(
          "whether route %s was changed in %s is unknown; look at it, and repeat"
              .formatted(sought.key().name(), ledger.name()),
          unseen.cause());
    }
    Route wanted = RouteRecord.parse(sought);
    return at(wanted.name(), wanted.number()).filter(wanted::equals).isPresent();
  }

  /**
   * Who was about to change the route when the ledger was restored, or failed over, under it may
   * have left a past change of the life that was lost, with a number that this life comes to later.
   * The route's own record says which is right, as long as it is the one that was read.
   */
  private void keepPast(Stored before) {
    Route route = before.route();
    ControlRecord.Key key = new ControlRecord.Key(CHANGE + route.name(), padded(route.number()));
    RecordBody past = RouteRecord.format(key, route);
    Outcome outcome = write(past.record(1), route);
    if (outcome.isApplied()) {
      return;
    }
    Optional<ControlRecord> found = ledger.controls().read(key);
    if (found.filter(kept -> kept.equals(past.record(kept.version()))).isPresent()
        || !read(route.name()).equals(Optional.of(before))) {
      return;
    }
    LOG.warn(
        "{} keeps another change {} of route {} than the route is: {} is written anew",
        ledger.name(),
        route.number(),
        route.name(),
        key);
    write(past.record(found.map(ControlRecord::version).orElse(0L) + 1), route);
  }

  private Outcome write(ControlRecord past, Route route) {
    Outcome outcome = ledger.controls().write(past);
    Confirmations.requireKnown(
        outcome, "keeping change %d of %s".formatted(route.number(), past.key()));
    return outcome;
  }

  static ControlRecord.Key key(String name) {
    return new ControlRecord.Key(KIND, name);
  }

  private static String padded(long number) {
    return String.format(Locale.ROOT, "%012d", number);
  }
}
