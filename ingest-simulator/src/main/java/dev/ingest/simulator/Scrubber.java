package dev.ingest.simulator;

import dev.ingest.core.Finding;
import dev.ingest.core.Verification;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import java.util.List;
import java.util.Optional;

/**
 * Reads published results back now and then, which the engine does not do by itself yet. All
 * decisions are the lifecycle's.
 */
final class Scrubber {

  private static final int SCRUB_EVERY = 6;

  private final World world;
  private final SimNode node;

  Scrubber(World world, SimNode node) {
    this.world = world;
    this.node = node;
  }

  int tick() {
    if (world.below(SCRUB_EVERY) == 0) {
      world.oracle().anyAccepted().flatMap(node.engine()::find).ifPresent(this::scrub);
    }
    world.oracle().anyRotted().flatMap(node.engine()::find).ifPresent(this::scrub);
    return 0;
  }

  private void scrub(Entry entry) {
    boolean shown =
        switch (entry.state()) {
          case VERIFIED, EXPIRING, EXPIRED -> true;
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
        };
    if (shown) {
      damaged(entry, node.engine().verify(entry));
    }
  }

  private void damaged(Entry entry, Verification found) {
    List<Finding> damage = found.findings().stream().filter(Finding::isResultDamage).toList();
    if (!damage.isEmpty()) {
      Failure failure =
          new Failure("RESULT_DAMAGED", Optional.empty(), damage.get(0).kind().toString());
      node.engine().committer().apply(entry, new Event.DamageFound(failure, true));
    }
  }
}
