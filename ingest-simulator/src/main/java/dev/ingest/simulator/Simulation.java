package dev.ingest.simulator;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run: a scenario from the first upload until everything that was promised has happened. */
final class Simulation {

  private static final Duration TROUBLED = Duration.ofMinutes(10);
  private static final Duration STEP = Duration.ofSeconds(5);
  private static final Duration LONGEST_QUIET = Duration.ofHours(2);
  private static final Duration LEASE_SLACK = Duration.ofSeconds(15);
  private static final Set<State> UNDER_WAY =
      Set.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.EXPIRING, State.DISCARDING);

  private final World world;
  private final Clients clients;

  /**
   * What a run comes to.
   *
   * @param hash the hash of everything that happened
   * @param tally the counts
   */
  record Report(Digest hash, Tally tally) {}

  private Simulation(World world) {
    this.world = world;
    this.clients = new Clients(world);
  }

  /** Runs a scenario; a broken promise is thrown. */
  static Report run(Scenario scenario, Sabotage sabotage, @Nullable PrintStream story) {
    World world = new World(scenario, sabotage, story);
    try {
      new Simulation(world).run();
    } catch (Error | RuntimeException e) {
      throw new SimulationFailure(scenario, e);
    }
    world.tally().add("events", world.trace().events());
    world.tally().add("shared commits", world.ledger().sharedCommits());
    world.tally().add("refused puts of other bytes", world.content().conflicts());
    return new Report(world.trace().hash(), world.tally());
  }

  private void run() {
    for (int place = 0; place < world.scenario().nodes(); place++) {
      SimNode node = new SimNode(world, place, 1);
      world.nodes().add(node);
      node.start();
    }
    clients.begin();
    new Trouble(world, clients).begin();
    world.runUntil(world.now().plus(TROUBLED).toEpochMilli());
    world.trace().say("world", "faults end");
    world.becomeQuiet();
    settle();
    world.trace().say("world", "everything has come to an end");
    world.rawLedger().alerts().seal();
    world.rawLedger().alerts().unsent(1_000).forEach(world.witness()::told);
    world.oracle().verdict();
    world.invariants().checkAll();
  }

  private void settle() {
    Duration waited = Duration.ZERO;
    // A node that still stands still, or is not born again yet, claims nothing.
    long frozen = world.nodes().stream().mapToLong(SimNode::frozenUntil).max().orElse(0);
    Instant steady =
        Instant.ofEpochMilli(Math.max(frozen, world.now().toEpochMilli()))
            .plus(world.scenario().lease())
            .plus(LEASE_SLACK.multipliedBy(2));
    while (!isOver()) {
      if (waited.compareTo(LONGEST_QUIET) > 0) {
        throw new InvariantViolation(
            "L1 Every sequence ends", "the run", "an end within " + LONGEST_QUIET, underWay());
      }
      world.runUntil(world.now().plus(STEP).toEpochMilli());
      waited = waited.plus(STEP);
      if (world.now().isAfter(steady)) {
        l5LeasesAreReissued();
      }
    }
  }

  private boolean isOver() {
    return clients.areDone() && underWay(1).isEmpty();
  }

  private String underWay() {
    return underWay(5) + (clients.areDone() ? "" : " and clients that still upload");
  }

  private List<Entry> underWay(int limit) {
    return world
        .rawLedger()
        .ledger()
        .scan(new ScanQuery(Optional.empty(), Optional.empty(), UNDER_WAY, Optional.empty(), limit))
        .entries();
  }

  /** No lease stays run out for longer than the claiming drivers need to look. */
  private void l5LeasesAreReissued() {
    for (Entry entry : underWay(1_000)) {
      entry
          .position()
          .lease()
          .filter(lease -> lease.until().plus(LEASE_SLACK).isBefore(world.now()))
          .ifPresent(
              lease -> {
                throw new InvariantViolation(
                    "L5 Leases are reissued", entry.key(), "a new lease", lease.toString());
              });
    }
  }
}
