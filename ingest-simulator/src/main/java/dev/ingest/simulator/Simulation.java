package dev.ingest.simulator;

import dev.ingest.core.engine.Blockages;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run: a scenario from the first upload until everything that was promised has happened. */
final class Simulation {

  private static final Duration TROUBLED = Duration.ofMinutes(10);
  private static final Duration LONGEST_TELLING = Duration.ofMinutes(30);
  private static final Duration LONGEST_BLOCKED = Duration.ofMinutes(5);
  private static final int MAX_ENDS = 10;
  private static final Duration STEP = Duration.ofSeconds(5);
  private static final Duration LONGEST_QUIET = Duration.ofHours(2);
  private static final Duration LEASE_SLACK = Duration.ofSeconds(15);
  private static final Duration EXPIRY_SLACK = Duration.ofMinutes(4);
  private static final Set<State> UNDER_WAY =
      Set.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.EXPIRING, State.DISCARDING);

  private final World world;
  private final Clients clients;
  private final Untold l2Deadlines;
  private final Untold l3Risks;

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
    this.l2Deadlines =
        new Untold("L2 Deadlines are told", DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, 1));
    this.l3Risks =
        new Untold(
            "L3 Risks are told", DueQuery.risk(0, world.scenario().expiry().leads().get(0), 1));
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
    new BackfillOrders(world).begin();
    new Operator(world).begin();
    world.restoration().begin(TROUBLED, clients);
    boolean isLonger = world.scenario().restoresAmid();
    Duration troubled = isLonger ? TROUBLED.multipliedBy(2) : TROUBLED;
    world.runUntil(world.now().plus(troubled).toEpochMilli());
    world.trace().say("world", "faults end");
    world.becomeQuiet();
    verdict();
    if (world.restoration().isDue()) {
      world.restoration().strike();
      verdict();
    }
    world.oracle().count();
  }

  /** Judges everything when it has come to its end. */
  private void verdict() {
    end();
    world.oracle().verdict();
    world.backfills().verdict();
    world.quotas().verdict();
    world.notifier().verdict(world.oracle().accepted());
    FinalAudit.check(world);
    world.invariants().checkAll();
  }

  /** Nodes go on while owners are told: a scrub may find what rotted, and has it made again. */
  private void end() {
    for (int round = 0; round == 0 || !isOver(); round++) {
      if (round == MAX_ENDS) {
        throw new InvariantViolation(
            "L1 Every sequence ends", "the run", "nothing new after its end", underWay());
      }
      settle();
      world.trace().say("world", "everything has come to an end");
      tellTheRest();
      tellOwners();
      unblocked();
    }
  }

  /** What no pump has told yet, in order, as the next one would. */
  private void tellTheRest() {
    AlertOutbox alerts = world.rawLedger().alerts();
    alerts.seal();
    List<AlertDigest> page = alerts.unsent(AlertOutbox.MAX_UNSENT);
    while (!page.isEmpty()) {
      for (AlertDigest digest : page) {
        world.witness().told(digest);
        world.backfills().heard(digest);
        alerts.acknowledge(digest.ordinal());
      }
      page = alerts.unsent(AlertOutbox.MAX_UNSENT);
    }
  }

  /** Pumps go on until every notice is told, however long it was put off. */
  private void tellOwners() {
    Duration waited = Duration.ZERO;
    while (!world.notifier().isDone()) {
      if (waited.compareTo(LONGEST_TELLING) > 0) {
        throw new InvariantViolation(
            "S10 Owners are told",
            "the notices",
            "all told within " + LONGEST_TELLING,
            world.rawLedger().alerts().notices().pending() + " wait");
      }
      world.runUntil(world.now().plus(STEP).toEpochMilli());
      waited = waited.plus(STEP);
    }
  }

  /** Nothing waits any more, so nothing is blocked as soon as a lookout has looked. */
  private void unblocked() {
    Duration waited = Duration.ZERO;
    while (!Blockages.kept(world.rawLedger()).isEmpty()) {
      if (waited.compareTo(LONGEST_BLOCKED) > 0) {
        throw new InvariantViolation(
            "BLOCKED ends by itself",
            "the end",
            "nothing is blocked within " + LONGEST_BLOCKED,
            Blockages.kept(world.rawLedger()).toString());
      }
      world.runUntil(world.now().plus(STEP).toEpochMilli());
      waited = waited.plus(STEP);
    }
  }

  private void settle() {
    Duration waited = Duration.ZERO;
    // A node that still stands still, or is not born again yet, claims nothing.
    long frozen = world.nodes().stream().mapToLong(SimNode::frozenUntil).max().orElse(0);
    Instant steady =
        Instant.ofEpochMilli(Math.max(frozen, world.now().toEpochMilli()))
            .plus(world.scenario().lease())
            .plus(LEASE_SLACK.multipliedBy(2))
            .plus(Untold.SLACK);
    while (!isOver()) {
      if (waited.compareTo(LONGEST_QUIET) > 0) {
        throw new InvariantViolation(
            unended(), "the run", "an end within " + LONGEST_QUIET, underWay());
      }
      world.runUntil(world.now().plus(STEP).toEpochMilli());
      waited = waited.plus(STEP);
      if (world.now().isAfter(steady)) {
        l5LeasesAreReissued();
        l2Deadlines.check(world);
        l3Risks.check(world);
        world.quotas().look(clients.areDone());
      }
    }
  }

  /** The promise that is broken where no end comes. */
  private String unended() {
    if (!unnoticed().isEmpty()) {
      return "S3 Rot is found";
    }
    if (!world.restoration().isDone()) {
      return Restoring.T10B;
    }
    boolean isBackfill =
        underWay(1).isEmpty() && unexpired(1).isEmpty() && !world.backfills().open().isEmpty();
    return isBackfill ? "S11 Backfills end" : "L1 Every sequence ends, L6 expires";
  }

  private boolean isOver() {
    return clients.areDone()
        && world.restoration().isDone()
        && underWay(1).isEmpty()
        && unexpired(1).isEmpty()
        && l2Deadlines.isEmpty(world)
        && l3Risks.isEmpty(world)
        && unnoticed().isEmpty()
        && world.backfills().open().isEmpty()
        && world.quotas().open().isEmpty();
  }

  /**
   * What rotted and no scrub has come across. Where the ledger's clock jumped, proofs may be dated
   * ahead, and are not due for longer than a run lasts.
   */
  private List<SequenceKey> unnoticed() {
    boolean jumps = world.scenario().rate(FaultKind.LEDGER_CLOCK_JUMP) > 0;
    return jumps ? List.of() : world.oracle().unnoticed();
  }

  /** VERIFIED, without a hold, and longer past expiry and grace than the expirer needs to look. */
  private List<Entry> unexpired(int limit) {
    return world
        .rawLedger()
        .ledger()
        .due(
            DueQuery.of(
                DueQuery.Kind.EXPIRY,
                world.scenario().expiry().grace().plus(EXPIRY_SLACK).negated(),
                limit));
  }

  private String underWay() {
    return underWay(5)
        + " unexpired "
        + unexpired(5)
        + " rotten "
        + unnoticed()
        + " backfills "
        + world.backfills().open()
        + " open "
        + world.quotas().open()
        + world.restoration().waits()
        + (clients.areDone() ? "" : " and clients that still upload");
  }

  private List<Entry> underWay(int limit) {
    List<Entry> entries =
        new ArrayList<>(
            world
                .rawLedger()
                .ledger()
                .scan(
                    new ScanQuery(
                        Optional.empty(), Optional.empty(), UNDER_WAY, Optional.empty(), limit))
                .entries());
    entries.addAll(world.sideRuns(limit));
    return entries;
  }

  /** No lease stays run out for longer than the claiming drivers need to look. */
  private void l5LeasesAreReissued() {
    for (Entry entry : underWay(1_000)) {
      entry
          .position()
          .lease()
          .filter(lease -> lease.until().plus(LEASE_SLACK).isBefore(world.ledgerTime()))
          .ifPresent(
              lease -> {
                throw new InvariantViolation(
                    "L5 Leases are reissued", entry.key(), "a new lease", lease.toString());
              });
    }
  }
}
