package dev.ingest.simulator;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.engine.Backfilling;
import dev.ingest.core.engine.Backfilling.Decided;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Operators who order backfills through whichever node answers, repeat an order that was cut off,
 * have what is frozen started, pause and cancel. When faults have ended they see to it that nothing
 * waits for them, but for what they leave paused.
 */
final class BackfillOrders {

  private static final Event.Act ACT = new Event.Act("operator", "the simulation wants it again");
  private static final Duration LONGEST_CALM = Duration.ofSeconds(12);
  private static final Duration LONGEST_LEAD = Duration.ofMillis(300);
  private static final int MAX_ORDERS = 6;
  private static final int ONE_IN = 4;
  private static final int MAX_PER_SECOND = 50;
  private static final int MAX_AT_A_TIME = 8;
  private static final int MAX_WEIGHT = 3;

  /** About so many sequences arrive within a window, so that a backfill is a part of a crowd. */
  private static final int IN_A_WINDOW = 12;

  private final World world;
  private final Line line = new Line("backfill operator", null);
  private final List<Ordered> all = new ArrayList<>();

  /**
   * One of them.
   *
   * @param rests whether it is left paused in the end
   */
  private record Ordered(String name, BackfillOrder order, boolean rests) {}

  BackfillOrders(World world) {
    this.world = world;
  }

  void begin() {
    if (world.scenario().hasBackfills()) {
      again();
    }
  }

  private void again() {
    world.in(world.upTo(LONGEST_CALM), line, this::step);
  }

  private void step() {
    if (all.size() < MAX_ORDERS && world.below(2) == 0 && world.strikes(FaultKind.BACKFILL)) {
      order();
    }
    all.forEach(this::attend);
    again();
  }

  private void order() {
    String name = "backfill-" + (all.size() + 1);
    Ordered next = new Ordered(name, draw(), world.below(ONE_IN) == 0);
    all.add(next);
    world.backfills().ordered(name, next.order(), next.rests());
    plan(next);
    if (world.below(ONE_IN) == 0) {
      Line other = new Line("another backfill operator", null);
      world.in(world.upTo(LONGEST_LEAD), other, () -> plan(next));
    }
  }

  /** What failed, of all pipelines or one; what was accepted at a time; or what is on a list. */
  private BackfillOrder draw() {
    IncidentQuery failed = IncidentQuery.ALL.in(Set.of(State.FAILED));
    BackfillOrder order =
        switch (world.below(4)) {
          case 0 -> BackfillOrder.of(failed);
          case 1 -> BackfillOrder.of(failed.workedOnBy(pipeline()));
          case 2 ->
              window()
                  .map(IncidentQuery.ALL::within)
                  .map(BackfillOrder::of)
                  .orElseGet(() -> BackfillOrder.of(failed));
          default -> BackfillOrder.of(IncidentQuery.ALL).among(given());
        };
    BackfillPace pace =
        new BackfillPace(1 + world.below(MAX_PER_SECOND), 1 + world.below(MAX_AT_A_TIME));
    return new BackfillOrder(order.query(), order.among(), new TreeMap<>(weights()), pace);
  }

  private IncidentQuery.Work pipeline() {
    String name = world.below(2) == 0 ? UserCode.MAIN : UserCode.OTHER;
    return new IncidentQuery.Work(Optional.of(name), Optional.empty(), Optional.empty());
  }

  private Optional<IncidentQuery.Window> window() {
    Duration length =
        Clients.ARRIVALS.multipliedBy(IN_A_WINDOW).dividedBy(world.scenario().sequences());
    Duration before = world.upTo(length);
    return world
        .oracle()
        .anyAccepted()
        .map(key -> world.oracle().entry(key).receipt().acceptedAt().minus(before))
        .map(
            (Instant from) ->
                new IncidentQuery.Window(from, from.plus(length).plusMillis(1), false));
  }

  /** Some sequences, and one that the ledger does not know. */
  private NavigableSet<SequenceKey> given() {
    NavigableSet<SequenceKey> keys = new TreeSet<>();
    keys.add(SequenceKey.of("owner-0", "never-uploaded"));
    int count = 1 + world.below(IN_A_WINDOW);
    for (int i = 0; i < count; i++) {
      world.oracle().anyAccepted().ifPresent(keys::add);
    }
    return keys;
  }

  /** Each on its own pipeline, or what makes the same or something else of them, or both. */
  private Map<String, Integer> weights() {
    return switch (world.below(3)) {
      case 0 -> Map.of();
      case 1 -> Map.of(UserCode.NEXT, 1);
      default ->
          Map.of(
              UserCode.MAIN, 1 + world.below(MAX_WEIGHT), UserCode.NEXT, world.below(MAX_WEIGHT));
    };
  }

  private void attend(Ordered one) {
    call(one, "asks", backfills -> find(backfills, one)).ifPresent(seen -> attend(one, seen));
  }

  private void attend(Ordered one, BackfillProgress seen) {
    switch (seen.phase()) {
      case COLLECTING -> plan(one);
      case LISTING, INCOMPLETE -> cancelSome(one);
      case FROZEN -> decide(one, seen.counts().planned() == 0 ? Decided.CANCEL : Decided.START);
      case RUNNING -> {
        if (world.strikes(FaultKind.BACKFILL_PAUSE)) {
          decide(one, Decided.PAUSE);
        }
        cancelSome(one);
      }
      case PAUSED -> {
        if (world.strikes(FaultKind.BACKFILL_PAUSE) || (world.isQuiet() && !one.rests())) {
          decide(one, Decided.RESUME);
        }
        cancelSome(one);
      }
      // The nodes see to what is being frozen or ends, and what is over is over.
      case HOLDING, ENDING, COMPLETE, CANCELLING, CANCELLED -> {}
    }
  }

  private void cancelSome(Ordered one) {
    if (world.below(ONE_IN) == 0 && world.strikes(FaultKind.BACKFILL_CANCELLATION)) {
      decide(one, Decided.CANCEL);
    }
  }

  /** What the ledger does not know of was cut off before it was recorded. */
  private static BackfillProgress find(Backfilling backfills, Ordered one) {
    return backfills.find(one.name()).orElseGet(() -> backfills.plan(one.name(), one.order(), ACT));
  }

  private void plan(Ordered one) {
    call(one, "orders", backfills -> backfills.plan(one.name(), one.order(), ACT));
  }

  private void decide(Ordered one, Decided what) {
    call(one, what.name(), backfills -> backfills.decide(one.name(), what, ACT, false));
  }

  private Optional<BackfillProgress> call(
      Ordered one, String what, Function<Backfilling, BackfillProgress> act) {
    List<SimNode> alive = world.nodes().stream().filter(SimNode::isAlive).toList();
    if (alive.isEmpty()) {
      return Optional.empty();
    }
    SimNode node = alive.get(world.below(alive.size()));
    try {
      BackfillProgress after = act.apply(node.engine().backfilling());
      world
          .trace()
          .say(
              "operator",
              "%s %s: %s %s".formatted(what, one.name(), after.phase(), after.counts()));
      return Optional.of(after);
    } catch (SimulatedCrash e) {
      node.die(String.valueOf(e.getMessage()));
    } catch (IngestException e) {
      world.trace().say("operator", what + " " + one.name() + ": " + e);
    }
    return Optional.empty();
  }
}
