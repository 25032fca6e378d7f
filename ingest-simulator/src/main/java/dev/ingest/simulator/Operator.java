package dev.ingest.simulator;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who is on call: looks at the ledger's clock when it was told that it is uncertain, and confirms
 * it if it is right. And discards again what a life of the ledger that was lost had discarded, if
 * the engine cannot find out that it is gone.
 */
final class Operator {

  private static final Duration ROUND = Duration.ofMinutes(1);
  private static final Event.Act LOOKED =
      new Event.Act("operator", "compared the ledger's clock with another");

  private static final Event.Act GONE =
      new Event.Act("operator", "it was discarded before the ledger was restored");
  private static final ContentPrefix RAW = new ContentPrefix("raw");

  private final World world;
  private final Line line = new Line("on-call", null);
  private long answered;
  private boolean hasRestored;

  Operator(World world) {
    this.world = world;
  }

  void begin() {
    world.in(ROUND, line, this::look);
  }

  private void look() {
    if (world.restoration().isStruck() && !hasRestored) {
      // The outbox of the backup may tell again what was answered in the life that was lost.
      hasRestored = true;
      answered = 0;
    }
    long asked = world.witness().told("CLOCK_UNCERTAIN");
    if (asked > answered && world.isLedgerTimeRight() && confirm()) {
      answered = asked;
    }
    if (isToldOfNothing()) {
      gone().forEach(this::erase);
    }
    world.in(ROUND, line, this::look);
  }

  /**
   * A result that is missing together with the raw bytes, in a store that has no raw bytes at all,
   * may be one that is not mounted: the engine tells of it, and leaves it to a person.
   */
  private boolean isToldOfNothing() {
    return world.restoration().isStruck()
        && !world.restoration().isInDoubt()
        && world.witness().told("EXPIRY_UNPROVEN") > 0
        && world.rawContent().keys().stream().noneMatch(RAW::covers);
  }

  private List<SequenceKey> gone() {
    return world.oracle().accepted().stream()
        .filter(world.restoration()::wasDeletedBefore)
        .filter(key -> isWithoutResult(world.oracle().entry(key)))
        .toList();
  }

  private boolean isWithoutResult(Entry entry) {
    return entry.state() == State.VERIFIED
        && world.rawContent().keys().stream()
            .noneMatch(entry.published().orElseThrow().result().prefix()::covers);
  }

  private void erase(SequenceKey key) {
    Optional<SimNode> node = world.nodes().stream().filter(SimNode::isAlive).findFirst();
    if (node.isEmpty()) {
      return;
    }
    Event.Ground ground = Event.Ground.ERASURE;
    world.oracle().whileGivingUp(key, ground, () -> erase(key, ground, node.get()));
  }

  private void erase(SequenceKey key, Event.Ground ground, SimNode node) {
    try {
      node.engine()
          .committer()
          .apply(world.oracle().entry(key), new Event.DiscardDecided(ground, GONE));
      world.tally().add("discards of what a lost life had discarded");
      world.trace().say("operator", "discards " + key + ", of which nothing is left");
    } catch (SimulatedCrash e) {
      node.die(String.valueOf(e.getMessage()));
    } catch (IngestException e) {
      world.trace().say("operator", "cannot discard " + key + ": " + e);
    }
  }

  private boolean confirm() {
    Optional<SimNode> node = world.nodes().stream().filter(SimNode::isAlive).findFirst();
    if (node.isEmpty()) {
      return false;
    }
    try {
      Instant believed = node.get().engine().acting().confirmTime(LOOKED, false);
      world.trace().say("operator", "confirms that it is " + believed);
      return true;
    } catch (SimulatedCrash e) {
      node.get().die(String.valueOf(e.getMessage()));
    } catch (IngestException | IllegalStateException e) {
      world.trace().say("operator", "cannot confirm the time: " + e);
    }
    return false;
  }
}
