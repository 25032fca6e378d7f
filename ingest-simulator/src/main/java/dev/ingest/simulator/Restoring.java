package dev.ingest.simulator;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Pipeline;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.UnknownAcceptance;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.engine.Driver;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.engine.Watchers;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A backup of the ledger that is taken while faults strike, and restored under the full content
 * store once everything has ended: all nodes are stopped, an operator says that the ledger was
 * restored, and one node starts.
 *
 * <p>Until the operator confirms, that node deletes nothing, and it names every acceptance of which
 * a client holds a receipt, whose bytes are whole and of which the backup knows nothing. Once these
 * are adopted, every such receipt resolves to an entry with its root.
 */
final class Restoring {

  static final String T10B = "A restored ledger loses nothing";

  private static final Duration DOUBTED = Duration.ofMinutes(10);
  private static final Duration STEP = Duration.ofSeconds(5);

  /** An upload that the backup shows as open stands in the way for an hour. */
  private static final Duration UNTOUCHED = Duration.ofHours(1).plusMinutes(1);

  private static final int MAX_UNKNOWN = 10_000;
  private static final Event.Act ACT = new Event.Act("operator", "restored an older backup");

  private final World world;
  private Optional<InMemoryLedger> backup = Optional.empty();
  private final Set<String> heard = new HashSet<>();
  private boolean isOn;
  private boolean isInDoubt;

  Restoring(World world) {
    this.world = world;
  }

  /** Tells whether the nodes of before were stopped for it. */
  boolean isOn() {
    return isOn;
  }

  /** Takes the backup at some time while faults strike, if the scenario has one. */
  void begin(Duration within) {
    if (world.scenario().hasRestoration()) {
      world.in(
          world.upTo(within),
          new Line("backup", null),
          () -> {
            world.trace().say("ledger", "is backed up");
            backup = Optional.of(world.rawLedger().backup(world.rawLedger().incarnation()));
          });
    }
  }

  /** Restores the backup and judges what becomes of it. */
  void verdict() {
    if (backup.isEmpty()) {
      return;
    }
    world.tally().fault(FaultKind.RESTORATION);
    isOn = true;
    world.nodes().forEach(SimNode::stop);
    InMemoryLedger restored = backup.get();
    Map<SequenceKey, Entry> lost = lost(restored);
    Engine engine = engine(world.sabotage().answers(restored));
    engine.acting().beginIncarnation(ACT, false);
    engine.begin();
    // Else the time that nobody measured would be doubted, too, and hide what else is not deleted.
    engine.acting().confirmTime(ACT, false);
    isInDoubt = true;
    watch(engine);
    requireReported(engine, lost);
    world.runUntil(world.now().plus(UNTOUCHED).toEpochMilli());
    lost.forEach(
        (key, entry) -> engine.acting().adopt(key, Optional.of(entry.raw().session()), ACT));
    int givenUp = engine.acting().unknownAcceptances(MAX_UNKNOWN).size();
    engine.acting().confirmIncarnation(ACT, givenUp, false);
    isInDoubt = false;
    requireKnown(restored, lost);
    world.tally().add("acceptances lost with a backup", lost.size());
    world.tally().add("acceptances that nobody has a receipt of", givenUp);
  }

  /** What a client holds a receipt of, is whole in the content store, and not in the backup. */
  private Map<SequenceKey, Entry> lost(InMemoryLedger restored) {
    Map<SequenceKey, Entry> lost = new LinkedHashMap<>();
    for (SequenceKey key : world.oracle().accepted()) {
      Entry entry = world.oracle().entry(key);
      boolean isWhole = keepsRaw(entry) && !world.witness().isAnyDamaged(key);
      if (isWhole && restored.ledger().find(List.of(key)).get(0).isEmpty()) {
        lost.put(key, entry);
      }
    }
    return lost;
  }

  private static boolean keepsRaw(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private Engine engine(LedgerStore ledger) {
    ContentAccess access = world.sabotage().stored(world.rawContent().access(), ledger);
    Node node =
        new Node(
            new Node.Identity(new NodeId("restored"), "v1"),
            ledger,
            access.store(),
            List.of(
                Pipeline.named(UserCode.MAIN).remote(UserCode.FIRST).verifiedElsewhere().build()),
            SimNode.policies(world.scenario(), OwnerQuota.UNLIMITED),
            new Seams(world::now, world::bits, Runnable::run, time -> true));
    return new Engine(
        node, this::delete, world.scenario().sweepGrace(), new Supervisor(new EngineListener() {}));
  }

  private List<Outcome> delete(Permit permit) {
    if (isInDoubt) {
      throw world.fail(
          new InvariantViolation(
              T10B, permit.sequence(), "no deletion before someone has confirmed", "" + permit));
    }
    return world.rawContent().access().purger().delete(permit);
  }

  /** All that might delete something has its turns for a while. */
  private void watch(Engine engine) {
    Watchers.Plan plan =
        new Watchers.Plan(
            world.scenario().expiry(),
            ScrubPolicy.DEFAULT,
            QuietHourPolicy.DEFAULT,
            AlertPolicy.DEFAULT,
            List.of(new Ear()),
            Optional.empty(),
            AuditPolicy.NEVER,
            Optional.empty(),
            false);
    List<Driver> drivers = new Watchers(engine, world.rawContent().access(), plan).drivers();
    Instant end = world.now().plus(DOUBTED);
    while (world.now().isBefore(end)) {
      engine.supervisor().supervise("sweeper", engine.sweeper()::tick);
      drivers.forEach(each -> engine.supervisor().supervise(each.name(), each.tick()));
      world.runUntil(world.now().plus(STEP).toEpochMilli());
    }
  }

  private void requireReported(Engine engine, Map<SequenceKey, Entry> lost) {
    require(
        heard.contains(AlertCode.INCARNATION_CHANGED.name()),
        "the node that started",
        "an alert " + AlertCode.INCARNATION_CHANGED,
        "none but " + heard);
    Set<ContentKey> named =
        engine.acting().unknownAcceptances(MAX_UNKNOWN).stream()
            .map(UnknownAcceptance::manifest)
            .collect(Collectors.toSet());
    lost.forEach(
        (key, entry) -> {
          ContentKey manifest = KeyLayout.rawManifest(key, entry.raw());
          require(named.contains(manifest), key, "to be named by " + manifest, "only " + named);
        });
  }

  private void requireKnown(InMemoryLedger restored, Map<SequenceKey, Entry> lost) {
    lost.forEach(
        (key, entry) -> {
          Optional<Receipt> receipt =
              restored.ledger().find(List.of(key)).get(0).map(Entry::receipt);
          require(
              receipt.map(Receipt::manifest).equals(Optional.of(entry.receipt().manifest())),
              key,
              "an entry with " + entry.receipt().manifest(),
              receipt.toString());
        });
  }

  private void require(boolean isSo, Object subject, String expected, String found) {
    if (!isSo) {
      throw world.fail(new InvariantViolation(T10B, subject, expected, found));
    }
  }

  /** Hears what the node that started tells. */
  private final class Ear implements AlertSink {

    @Override
    public String name() {
      return "pager";
    }

    @Override
    public void send(AlertMessage message) {
      if (message instanceof AlertMessage.Digest digest) {
        digest.digest().lines().forEach(line -> heard.add(line.group().code()));
      }
    }

    @Override
    public void close() {}
  }
}
