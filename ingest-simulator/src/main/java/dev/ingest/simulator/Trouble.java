package dev.ingest.simulator;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What comes from outside: dying and stalling nodes, rotting bytes, jumping clocks, operators. */
final class Trouble {

  private static final Duration LONGEST_CALM = Duration.ofSeconds(12);

  /** The longest jump of the ledger's clock. */
  static final Duration LONGEST_JUMP = Duration.ofMinutes(30);

  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(5);
  private static final Event.Act ACT = new Event.Act("operator", "the simulation wants it");

  private final World world;
  private final Clients clients;
  private final RouteChanges routes;
  private final Line line = new Line("trouble", null);

  Trouble(World world, Clients clients) {
    this.world = world;
    this.clients = clients;
    this.routes = new RouteChanges(world);
  }

  void begin() {
    world.in(world.upTo(LONGEST_CALM), line, this::step);
  }

  private void step() {
    if (world.isQuiet()) {
      return;
    }
    nodes();
    ledgerClock();
    if (world.strikes(FaultKind.SINK_DOWN)) {
      world.sink().fail(world.upTo(LONGEST_SILENCE));
    }
    if (world.strikes(FaultKind.NOTIFIER_DOWN)) {
      world.notifier().fail(world.upTo(LONGEST_SILENCE));
    }
    for (int pick = 0; pick < world.scenario().picks(); pick++) {
      world.oracle().anyAccepted().ifPresent(this::rot);
      world.oracle().anyAccepted().ifPresent(this::operate);
    }
    rotCandidate();
    routes.step();
    cancelSome();
    clients.repairSome();
    world.in(world.upTo(LONGEST_CALM), line, this::step);
  }

  private void nodes() {
    SimNode node = world.nodes().get(world.below(world.nodes().size()));
    if (!node.isAlive()) {
      return;
    }
    if (world.strikes(FaultKind.NODE_FROZEN)) {
      node.freeze(world.upTo(world.scenario().lease().multipliedBy(4)));
    }
    if (world.strikes(FaultKind.CLOCK_JUMP)) {
      Duration by = world.upTo(world.below(2) == 0 ? Duration.ofHours(2) : Duration.ofDays(60));
      node.jump(world.below(2) == 0 ? by : by.negated());
    }
    if (world.strikes(FaultKind.NODE_KILLED)) {
      node.die("killed");
    }
  }

  private void ledgerClock() {
    if (!world.isLedgerTimeRight() && world.below(8) == 0) {
      world.setLedgerAhead(Duration.ZERO);
    } else if (world.strikes(FaultKind.LEDGER_CLOCK_JUMP)) {
      Duration by = world.upTo(LONGEST_JUMP);
      world.setLedgerAhead(world.below(2) == 0 ? by : by.negated());
    }
  }

  private void rot(SequenceKey key) {
    Entry entry = world.oracle().entry(key);
    if (keepsRaw(entry.state()) && world.strikes(FaultKind.ROT_RAW)) {
      int ordinal = world.below(entry.receipt().manifest().count());
      rot(KeyLayout.rawItem(key, entry.raw(), ordinal));
      world.oracle().rotted(key);
    }
    if (entry.published().isPresent() && world.strikes(FaultKind.ROT_RESULT)) {
      rot(anyOf(entry.published().get().result()));
      world.oracle().rotted(key);
    }
  }

  private void rotCandidate() {
    ScanQuery query =
        new ScanQuery(
            Optional.empty(),
            Optional.empty(),
            Set.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED),
            Optional.empty(),
            ScanQuery.MAX_LIMIT);
    List<SealedOutput> candidates =
        world.rawLedger().ledger().scan(query).entries().stream()
            .flatMap(entry -> entry.run().output().stream())
            .collect(Collectors.toCollection(ArrayList::new));
    world.sideRuns(ScanQuery.MAX_LIMIT).stream()
        .flatMap(entry -> entry.active().output().stream())
        .forEach(candidates::add);
    if (!candidates.isEmpty() && world.strikes(FaultKind.ROT_CANDIDATE)) {
      rot(anyOf(candidates.get(world.below(candidates.size()))));
    }
  }

  private static boolean keepsRaw(State state) {
    return state.isInFlight() || state == State.FAILED || state == State.VERIFIED;
  }

  private ContentKey anyOf(SealedOutput output) {
    int which = world.below(output.manifest().count() + 1);
    return which == output.manifest().count()
        ? KeyLayout.manifest(output.prefix())
        : KeyLayout.item(output.prefix(), which);
  }

  private void rot(ContentKey key) {
    if (world.rawContent().stat(key).filter(there -> there.length() > 0).isPresent()) {
      world.trace().say("disk", key + " rots");
      world.witness().damaged(key, world.damagedAt());
      if (world.below(3) == 0) {
        world.rawContent().truncate(key, world.below(world.rawContent().bytes(key).length));
      } else {
        world.rawContent().corrupt(key, world.below(1 << 16));
      }
    }
  }

  private void operate(SequenceKey key) {
    Entry entry = world.oracle().entry(key);
    Instant now = world.ledgerTime();
    runBeside(entry);
    if (entry.state() != State.EXPIRED && world.strikes(FaultKind.HOLD)) {
      boolean held = entry.standing().hold().isPresent();
      act(
          entry,
          held
              ? new Event.HoldReleased(ACT)
              : new Event.HoldPlaced(new Hold("operator", "to look at it", now)));
    }
    if (!entry.state().isSettled() && world.strikes(FaultKind.EXTENSION)) {
      act(entry, new Event.DeadlineExtended(entry.receipt().deadline().plusSeconds(30), ACT));
    }
    if (entry.state() == State.FAILED && world.strikes(FaultKind.REDRIVE)) {
      Instant deadline = now.plusSeconds(120);
      Instant latest = entry.receipt().expiresAt();
      act(
          entry,
          new Event.Redriven(
              entry.run().pipeline(),
              UserCode.FIRST,
              deadline.isBefore(latest) || !now.isBefore(latest) ? deadline : latest,
              Duration.ofMinutes(2),
              ACT));
    } else if (entry.state() == State.FAILED && world.strikes(FaultKind.DISCARD)) {
      act(entry, new Event.DiscardDecided(Event.Ground.OPERATOR, ACT));
    } else if (world.below(6) == 0 && world.strikes(FaultKind.ERASURE)) {
      act(entry, new Event.DiscardDecided(Event.Ground.ERASURE, ACT));
    }
  }

  private void cancelSome() {
    List<Entry> runs = world.sideRuns(ScanQuery.MAX_LIMIT);
    if (!runs.isEmpty() && world.strikes(FaultKind.CANCELLATION)) {
      act(runs.get(world.below(runs.size())), new SideRunEvent.Cancelled(ACT));
    }
  }

  private void runBeside(Entry entry) {
    if (entry.state() == State.VERIFIED && entry.beside().run().isEmpty()) {
      if (world.strikes(FaultKind.REPLACEMENT)) {
        act(entry, started(entry, RunKind.REPLACEMENT));
      } else if (world.strikes(FaultKind.SHADOW)) {
        act(entry, started(entry, RunKind.SHADOW));
      }
    }
  }

  private Event started(Entry entry, RunKind kind) {
    PipelineRef same = entry.run().pipeline();
    String other = same.name().equals(UserCode.MAIN) ? UserCode.NEXT : UserCode.MAIN;
    PipelineRef pipeline = world.below(3) == 0 ? same : new PipelineRef(other, same.plan());
    Optional<String> backfill = world.below(2) == 0 ? Optional.empty() : Optional.of("backfill");
    return new SideRunEvent.Started(kind, pipeline, UserCode.FIRST, backfill, ACT);
  }

  private void act(Entry entry, Event event) {
    Optional<SimNode> node = world.nodes().stream().filter(SimNode::isAlive).findFirst();
    if (node.isEmpty()) {
      return;
    }
    if (event instanceof Event.DiscardDecided decided) {
      world
          .oracle()
          .whileGivingUp(entry.key(), decided.ground(), () -> act(entry, event, node.get()));
    } else {
      act(entry, event, node.get());
    }
  }

  private void act(Entry entry, Event event, SimNode node) {
    try {
      world
          .trace()
          .say(
              "operator",
              event.kind()
                  + " "
                  + entry.key()
                  + ": "
                  + node.engine().committer().apply(entry, event).getClass().getSimpleName());
    } catch (SimulatedCrash e) {
      node.die(String.valueOf(e.getMessage()));
    } catch (IngestException e) {
      world.trace().say("operator", event.kind() + " " + entry.key() + ": " + e);
    }
  }
}
