package dev.ingest.simulator;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.EngineListener;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.engine.Backfilling;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds backfills to invariant S11 from outside: from the histories it knows what each has started,
 * from the entries what is proven by its runs, and compares each change of a backfill's record, and
 * what its report says, with that.
 */
final class BackfillOracle {

  static final String S11 = "S11 Single assignment";

  private final World world;
  private final Map<String, WatchedBackfill> all = new LinkedHashMap<>();
  private Optional<Backfilling> outside = Optional.empty();

  BackfillOracle(World world) {
    this.world = world;
  }

  /** Someone is about to order a backfill, and leaves it paused in the end if it rests. */
  void ordered(String name, BackfillOrder order, boolean rests) {
    List<Entry> now = world.oracle().accepted().stream().map(world.oracle()::entry).toList();
    all.put(name, new WatchedBackfill(name, order, rests, now));
  }

  /**
   * The ledger was restored: what becomes of those that it knew, or knows no more, is not judged.
   */
  void goBack() {
    all.clear();
  }

  /** Looks at what has changed, after every step. */
  void look() {
    for (WatchedBackfill one : all.values()) {
      Optional<ControlRecord> record = world.rawLedger().controls().read(one.record());
      if (record.isPresent() && one.isNew(record.get())) {
        changed(one);
      }
    }
  }

  private void changed(WatchedBackfill one) {
    try {
      Optional<BackfillPhase> before = one.phase();
      BackfillSeen seen = BackfillSeen.of(outside(), one.name());
      one.changed(seen, world.oracle());
      if (!one.phase().equals(before)) {
        world.tally().add("backfill " + seen.progress().phase());
        world.trace().say(one.name(), seen.progress().phase() + " " + seen.progress().counts());
      }
    } catch (InvariantViolation e) {
      throw world.fail(e);
    }
  }

  /** Sees what was recorded of a sequence. */
  void recorded(HistoryRow row) {
    of(row.note().actor())
        .ifPresent(
            one -> {
              try {
                one.recorded(row);
              } catch (InvariantViolation e) {
                throw world.fail(e);
              }
            });
  }

  private Optional<WatchedBackfill> of(String actor) {
    return BackfillActor.name(actor).flatMap(name -> Optional.ofNullable(all.get(name)));
  }

  /** Sees what a sequence has become. */
  void told(Entry entry) {
    entry
        .run()
        .backfill()
        .flatMap(name -> Optional.ofNullable(all.get(name)))
        .filter(one -> WatchedBackfill.shows(entry, one.name()))
        .ifPresent(one -> one.proven(entry.key()));
    entry.standing().hold().flatMap(hold -> of(hold.actor())).ifPresent(one -> held(one, entry));
  }

  private void held(WatchedBackfill one, Entry entry) {
    try {
      one.held(entry);
    } catch (InvariantViolation e) {
      throw world.fail(e);
    }
  }

  /** A sink heard a digest. */
  void heard(AlertDigest digest) {
    for (AlertDigest.Line line : digest.lines()) {
      WatchedBackfill one = all.get(line.group().stage());
      if (one != null) {
        one.heard(line.group().code());
      }
    }
  }

  /** What has not come to its end, or is not as it has to be then. */
  List<String> open() {
    List<String> open = new ArrayList<>();
    for (WatchedBackfill one : all.values()) {
      one.open(world.oracle(), () -> BackfillSeen.of(outside(), one.name())).ifPresent(open::add);
    }
    return open;
  }

  /** Judges every backfill when everything is over. */
  void verdict() {
    for (WatchedBackfill one : all.values()) {
      one.verdict(BackfillSeen.of(outside(), one.name()), world.oracle(), world.tally());
    }
  }

  /** Reads the ledger itself, past all faults, and draws nothing from the world's chance. */
  private Backfilling outside() {
    if (outside.isEmpty()) {
      Node node =
          new Node(
              new Node.Identity(new NodeId("onlooker"), "v1"),
              world.rawLedger(),
              world.rawContent(),
              List.of(),
              new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
              new Seams(world::now, () -> 0, Runnable::run, time -> true));
      Supervisor nobody = new Supervisor(new EngineListener() {});
      outside =
          Optional.of(new Engine(node, world.rawContent(), Duration.ZERO, nobody).backfilling());
    }
    return outside.get();
  }
}
