package dev.ingest.simulator;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IngestException;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is on call: looks at the ledger's clock when it was told that it is uncertain, and confirms
 * it if it is right.
 */
final class Operator {

  private static final Duration ROUND = Duration.ofMinutes(1);
  private static final Event.Act LOOKED =
      new Event.Act("operator", "compared the ledger's clock with another");

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
    world.in(ROUND, line, this::look);
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
