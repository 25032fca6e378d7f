package dev.ingest.simulator;

import dev.ingest.core.EngineListener;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.Acting;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A backup of the ledger that is taken while faults strike, and restored under the full content
 * store: in some runs in the middle of them, while clients upload, and in the others once
 * everything has ended. All nodes die, an operator says that the ledger was restored, and nodes
 * start over it; or those that delete nothing just then run on under it, with the uploads that are
 * open in them, as when a replica that lagged takes over. Some clients come back with what they
 * have a receipt of, and others with something new.
 *
 * <p>Until the operator confirms, nothing is deleted and the change is told. From the beginning to
 * the end every acceptance of which a client holds a receipt, whose bytes are whole and which the
 * ledger does not know is named. The operator adopts them through whichever node answers, confirms
 * when most are, with the number of those that an open upload stands in the way of, goes on until
 * all are, and has the first copies set aside; meanwhile some clients send other bytes where an
 * upload is open. Everything is held to what it was held to before, relative to the restored
 * ledger: what it knew at the backup, and what clients hold.
 */
final class Restoring {

  static final String T10B = "A restored ledger loses nothing";

  private static final ControlRecord.Key KNOWN = new ControlRecord.Key("incarnation", "known");

  private static final Duration DOUBTED = Duration.ofMinutes(10);
  private static final Duration ROUND = Duration.ofMinutes(1);

  /** So long after everything is known, sweeps, the quarantine and expiry go on being judged. */
  private static final Duration AFTER = Duration.ofMinutes(15);

  private static final int MAX_UNKNOWN = 10_000;
  private static final Event.Act ACT = new Event.Act("operator", "restored an older backup");

  private final World world;
  private final Line line = new Line("restoring operator", null);
  private final LostAcceptances lost;
  private final Set<SequenceKey> setAside = new HashSet<>();
  private final Set<SequenceKey> adopting = new HashSet<>();
  private Optional<Clients> clients = Optional.empty();
  private Optional<Backup> backup = Optional.empty();
  private Optional<Instant> struckAt = Optional.empty();
  private Optional<Instant> doneAt = Optional.empty();
  private Set<ContentKey> gone = Set.of();

  Restoring(World world) {
    this.world = world;
    this.lost = new LostAcceptances(world);
  }

  /** Tells whether the ledger was restored. */
  boolean isStruck() {
    return struckAt.isPresent();
  }

  /** Tells whether it is yet to be, at the end. */
  boolean isDue() {
    return backup.isPresent() && struckAt.isEmpty();
  }

  /** Takes the backup at some time while faults strike, if the scenario has one. */
  void begin(Duration within, Clients all) {
    clients = Optional.of(all);
    Scenario scenario = world.scenario();
    if (!scenario.hasRestoration()) {
      return;
    }
    Duration half = within.dividedBy(2);
    Duration first = world.upTo(scenario.restoresAmid() ? half : within);
    world.in(first, new Line("backup", null), this::backUp);
    if (scenario.restoresAmid()) {
      world.in(first.plus(world.upTo(half)), new Line("restoration", null), this::strike);
    }
  }

  private void backUp() {
    world.trace().say("ledger", "is backed up");
    backup = Optional.of(Backup.of(world));
  }

  /** Restores the backup; all nodes die and others start over it, or they run on under it. */
  void strike() {
    world.tally().fault(FaultKind.RESTORATION);
    world.tally().add("restorations amid traffic", world.isQuiet() ? 0 : 1);
    world.trace().say("ledger", "is restored from its backup");
    boolean runsOn = world.scenario().failsOver();
    world.tally().add("failovers under running nodes", runsOn ? 1 : 0);
    // What has been decided in the life that is lost, and is half done, nobody can call back.
    world.nodes().stream()
        .filter(node -> !runsOn || node.isDeleting())
        .forEach(node -> node.die("its ledger is restored"));
    world.look();
    Map<Entry, List<Receipt>> before = new LinkedHashMap<>();
    for (SequenceKey key : world.oracle().accepted()) {
      before.put(world.oracle().entry(key), List.copyOf(world.witness().receipts().get(key)));
    }
    List<Entry> unheard = world.oracle().unheard();
    Backup restored = backup.orElseThrow();
    gone = restored.gone(world);
    restored.restore(world);
    struckAt = Optional.of(world.now());
    before.forEach(lost::add);
    unheard.stream().filter(entry -> !isOfBackup(entry)).forEach(lost::addUnheard);
    onlooker().beginIncarnation(ACT, false);
    world.tally().add("acceptances lost with a backup", lost.count());
    clients.orElseThrow().comeBack();
    world.in(ROUND, line, this::round);
  }

  /** Acts on the stores themselves, past all faults. */
  private Acting onlooker() {
    Node node =
        new Node(
            new Node.Identity(new NodeId("restorer"), "v1"),
            world.rawLedger(),
            world.rawContent(),
            List.of(),
            new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
            new Seams(world::now, world::bits, Runnable::run, time -> true));
    Supervisor nobody = new Supervisor(new EngineListener() {});
    return new Engine(node, world.rawContent(), Duration.ZERO, nobody).acting();
  }

  private void round() {
    lost.look();
    Optional<SimNode> node = world.nodes().stream().filter(SimNode::isAlive).findFirst();
    if (node.isPresent()) {
      try {
        attend(node.get().engine().acting());
      } catch (SimulatedCrash e) {
        node.get().die(String.valueOf(e.getMessage()));
      } catch (IngestException | UncheckedIOException | IllegalStateException e) {
        say(e.toString());
      }
    }
    lost.look();
    world.in(ROUND, line, this::round);
  }

  private void attend(Acting acting) {
    Set<SequenceKey> toBeNamed = lost.toBeNamed();
    lost.requireNamed(toBeNamed, manifests(acting));
    for (SequenceKey key : lost.waiting()) {
      adopt(acting, key);
    }
    if (isInDoubt() && isTold() && !world.now().isBefore(struckAt.orElseThrow().plus(DOUBTED))) {
      int unknown = manifests(acting).size();
      acting.confirmIncarnation(ACT, unknown, false);
      say("confirms, and gives up " + unknown);
      lost.waiting().stream()
          .filter(key -> isOpen(lost.raw(key).session()))
          .forEach(clients.orElseThrow()::sendOther);
    }
    if (!isInDoubt()) {
      lost.known().stream()
          .filter(key -> !setAside.contains(key))
          .forEach(key -> setAside(acting, key));
      if (lost.waiting().isEmpty() && doneAt.isEmpty()) {
        doneAt = Optional.of(world.now());
        world.tally().add("acceptances that nobody has a receipt of", manifests(acting).size());
      }
    }
  }

  private boolean isOpen(SessionId session) {
    return world
        .rawLedger()
        .sessions()
        .find(session)
        .filter(found -> found.state() == SessionState.OPEN)
        .isPresent();
  }

  private static List<ContentKey> manifests(Acting acting) {
    return acting.unknownAcceptances(MAX_UNKNOWN).stream()
        .map(UnknownAcceptance::manifest)
        .toList();
  }

  private void adopt(Acting acting, SequenceKey key) {
    adopting.add(key);
    try {
      lost.adopted(key, acting.adopt(key, Optional.of(lost.raw(key).session()), ACT));
      world.tally().add("adoptions");
      say("adopts " + key);
    } catch (IngestException | UncheckedIOException e) {
      say("cannot adopt " + key + ": " + e);
    } finally {
      adopting.remove(key);
    }
  }

  /** Tells whether a call that is made just now is the operator's, who adopts a sequence. */
  boolean isAdopting(SequenceKey key) {
    return world.isActing(line) && adopting.contains(key);
  }

  /** The bytes that were adopted lie twice; what nothing refers to any more is set aside. */
  private void setAside(Acting acting, SequenceKey key) {
    try {
      say("repairs " + key + ": " + acting.repair(key, ACT, false));
      setAside.add(key);
    } catch (IngestException | UncheckedIOException e) {
      say("cannot repair " + key + ": " + e);
    }
  }

  private boolean isTold() {
    return world.witness().told(AlertCode.INCARNATION_CHANGED.name()) > 0;
  }

  /** Tells whether nobody has said yet that the restored ledger knows what it has to. */
  boolean isInDoubt() {
    return isStruck()
        && world
            .rawLedger()
            .controls()
            .read(KNOWN)
            .filter(known -> known.body().contains(world.rawLedger().incarnation().value()))
            .isEmpty();
  }

  /** Tells whether all that was lost is known, and sweeps have had their time since. */
  boolean isDone() {
    return !isStruck() || doneAt.filter(at -> world.now().isAfter(at.plus(AFTER))).isPresent();
  }

  /** What it waits for, to be told. */
  String waits() {
    return isDone()
        ? ""
        : " in doubt " + isInDoubt() + " told " + isTold() + " to adopt " + lost.waiting();
  }

  /** Judges a deletion over the restored ledger. */
  void deleting(Permit permit) {
    if (!isStruck()) {
      return;
    }
    require(
        !isInDoubt(), permit.sequence(), "no deletion before someone has confirmed", "" + permit);
    lost.deleting(permit);
  }

  /** Tells whether raw bytes that the ledger takes for stored were deleted in the lost life. */
  boolean wasDeletedBefore(SequenceKey key) {
    return world
        .oracle()
        .find(key)
        .filter(entry -> gone.contains(KeyLayout.rawManifest(key, entry.raw())))
        .isPresent();
  }

  /** Tells whether a receipt is of an acceptance in the life that was lost, and came late. */
  boolean hasHeard(Receipt receipt) {
    return lost.hasHeard(receipt);
  }

  /** Nobody gets a receipt for bytes that were deleted in the life that was lost. */
  void received(Receipt receipt) {
    Optional<Entry> entry = world.oracle().find(receipt.key());
    if (!isStruck() || entry.isEmpty() || isOfBackup(entry.get())) {
      return;
    }
    for (int i = 0; i < entry.get().receipt().manifest().count(); i++) {
      ContentKey key = KeyLayout.rawItem(receipt.key(), entry.get().raw(), i);
      require(
          !gone.contains(key) || world.rawContent().stat(key).isPresent(),
          receipt.key(),
          "bytes at " + key,
          "a receipt, and they are gone");
    }
  }

  private boolean isOfBackup(Entry entry) {
    return backup
        .orElseThrow()
        .ledger()
        .ledger()
        .find(List.of(entry.key()))
        .get(0)
        .filter(old -> old.raw().session().equals(entry.raw().session()))
        .isPresent();
  }

  private void say(String what) {
    world.trace().say(line.name(), what);
  }

  private void require(boolean isSo, Object subject, String expected, String found) {
    if (!isSo) {
      throw world.fail(new InvariantViolation(T10B, subject, expected, found));
    }
  }
}
