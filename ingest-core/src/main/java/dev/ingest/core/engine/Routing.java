package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.core.RoutePolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which pipeline a sequence goes to when it begins, or begins anew.
 *
 * <p>What is known of the route is read at most once in a heartbeat, by a driver or, where that is
 * late, by the acceptance that finds it old, while others go on with what is known. So a change
 * takes effect within a heartbeat on every node, and no acceptance pays for it. Two nodes may know
 * different routes for that long: which pipeline counts is decided by the one commit that accepts
 * the sequence, and pinned there.
 *
 * <p>A ledger that does not answer, or a record that cannot be read, leaves the last route that
 * could: a sequence is never refused over it. The first is the ledger's outage, which others tell;
 * the second is told here. A node that knows no route yet does not guess. Thread-safe.
 */
public final class Routing {

  private final Node node;
  private final Supervisor supervisor;
  private final RoutePolicy policy;
  private final KeptRoutes kept;
  private final Misgivings misgivings;
  private final ReentrantLock looking = new ReentrantLock();

  /** Written under this object's monitor, within which nothing is asked. */
  private volatile @Nullable Known known;

  private int changes;
  private boolean isDoubted = true;

  /**
   * Creates a view of a node's route. Does no I/O.
   *
   * @param node whose
   * @param supervisor hears of looks that failed
   */
  Routing(Node node, Supervisor supervisor) {
    this.node = node;
    this.supervisor = supervisor;
    this.policy = node.policies().route();
    this.kept = new KeptRoutes(node.ledger());
    this.misgivings = new Misgivings(node, policy.route());
  }

  /**
   * Where a sequence goes.
   *
   * @param pipeline the pipeline
   * @param first its first stage
   */
  public record Choice(PipelineRef pipeline, StageRef first) {

    static Choice of(Pipeline pipeline) {
      return new Choice(pipeline.ref(), pipeline.stages().get(0).ref());
    }
  }

  /**
   * What is known.
   *
   * @param route the route; empty if nobody has set it
   * @param lookedAt when it was asked for, by the monotonic time
   */
  private record Known(Optional<Route> route, long lookedAt) {}

  /**
   * Chooses for a new sequence.
   *
   * @param key the sequence
   * @return where it goes
   * @throws ConfigurationException if no route is set and this node has no pipeline
   */
  public Choice choose(SequenceKey key) {
    return current().map(route -> choose(route, key)).orElseGet(() -> Choice.of(first(key)));
  }

  private Pipeline first(SequenceKey key) {
    if (node.pipelines().isEmpty()) {
      throw new ConfigurationException(
          "%s would go nowhere: %s keeps no route %s, and this engine was built without a pipeline; set"
                  .formatted(key, node.ledger().name(), policy.route())
              + " the route, or use an engine with the pipeline that the sequence is to go to");
    }
    return node.pipelines().get(0);
  }

  /**
   * Chooses for a sequence that begins anew: by the route that names the pipeline that it is in,
   * with a weight or not, so that a pipeline can be left. Reads the ledger if the node's own route
   * does not name it.
   *
   * @return where it goes; empty if no route names its pipeline, and this node does not know it
   */
  Optional<Choice> again(Entry entry) {
    String pipeline = entry.run().pipeline().name();
    return current()
        .filter(route -> route.split().branch(pipeline).isPresent())
        .or(() -> naming(pipeline))
        .map(route -> choose(route, entry.key()))
        .or(() -> node.pipeline(pipeline).map(Choice::of));
  }

  /**
   * Finds a pipeline by its name: as this node knows it, otherwise as a route does.
   *
   * @return how it begins; empty if this node does not have it and no route names it
   */
  Optional<Choice> named(String pipeline) {
    return node.pipeline(pipeline)
        .map(Choice::of)
        .or(
            () ->
                naming(pipeline)
                    .flatMap(route -> route.split().branch(pipeline))
                    .map(this::choice));
  }

  private Optional<Route> naming(String pipeline) {
    return Retries.settled(node, "finding the route of " + pipeline, () -> kept.naming(pipeline));
  }

  /** Chooses by a route: as this node knows the pipeline, otherwise as the route does. */
  Choice choose(Route route, SequenceKey key) {
    Route.Split split = route.split();
    String name = new WeightedChoice(split.salt(), split.weights()).of(split.text(key));
    return choice(split.branch(name).orElseThrow());
  }

  Choice choice(Branch branch) {
    return node.pipeline(branch.name())
        .map(Choice::of)
        .orElseGet(() -> new Choice(branch.pipeline(), branch.first()));
  }

  /**
   * Looks for the first time.
   *
   * @throws ConfigurationException if the ledger keeps a route that this release cannot read
   */
  void begin() {
    try {
      current();
    } catch (IllegalStateException | InvalidValueException e) {
      throw new ConfigurationException(unreadable(e));
    }
  }

  /**
   * Looks again; of a driver, once in a heartbeat.
   *
   * @return 0, so that the next look is due a heartbeat later
   */
  public int tick() {
    looking.lock();
    try {
      look();
    } finally {
      looking.unlock();
    }
    return 0;
  }

  /**
   * Takes the route that this node has just kept, which no look need find: what is read meanwhile
   * may be what was before.
   *
   * @param next the route, of any name
   */
  synchronized void changed(Route next) {
    if (next.name().equals(policy.route())) {
      changes++;
      Known seen = known;
      known =
          seen == null || seen.route().map(Route::number).orElse(0L) < next.number()
              ? new Known(Optional.of(next), elapsed())
              : aged(seen);
    }
  }

  /** Has the next choice look first, because nobody knows whether this node changed a route. */
  synchronized void expectChange() {
    changes++;
    Known seen = known;
    if (seen != null) {
      known = aged(seen);
    }
  }

  private Known aged(Known seen) {
    return new Known(seen.route(), elapsed() - policy.heartbeat().toNanos());
  }

  private Optional<Route> current() {
    Known seen = known;
    if (seen == null) {
      return first();
    }
    if (elapsed() - seen.lookedAt() >= policy.heartbeat().toNanos() && looking.tryLock()) {
      try {
        // Whatever it comes to, the next acceptances do not wait for it again.
        supervisor.supervise("routes", this::look);
      } finally {
        looking.unlock();
      }
      seen = known;
    }
    return seen == null ? first() : seen.route();
  }

  private Optional<Route> first() {
    looking.lock();
    try {
      Known seen = known;
      if (seen == null) {
        long asked = elapsed();
        int before = asking(asked);
        Optional<Route> read =
            Retries.settled(
                node, "reading route " + policy.route(), () -> kept.find(policy.route()));
        seen = learn(new Known(read, asked), before);
      }
      return seen.route();
    } finally {
      looking.unlock();
    }
  }

  /** What is known counts until the answer is there, so that no other choice waits for it. */
  private synchronized int asking(long asked) {
    if (known != null) {
      known = new Known(known.route(), asked);
    }
    return changes;
  }

  /** What was read while this node changed a route may be what was before. */
  private synchronized Known learn(Known read, int before) {
    Known last = known;
    if (changes == before) {
      last = read;
    } else if (last == null) {
      last = aged(read);
    }
    known = last;
    return last;
  }

  private int look() {
    long asked = elapsed();
    int before = asking(asked);
    try {
      learn(new Known(kept.find(policy.route()), asked), before);
    } catch (IllegalStateException | InvalidValueException e) {
      isDoubted = true;
      misgivings.note(
          AlertCode.ROUTE_UNREADABLE, AlertCode.ROUTE_READABLE, Optional.of(unreadable(e)));
      throw e;
    }
    if (isDoubted) {
      misgivings.note(AlertCode.ROUTE_UNREADABLE, AlertCode.ROUTE_READABLE, Optional.empty());
      isDoubted = false;
    }
    return 0;
  }

  private String unreadable(RuntimeException e) {
    return "the record of route %s in %s cannot be read: %s"
        .formatted(policy.route(), node.ledger().name(), e.getMessage());
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
