package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Compares this node's clock with the ledger's, on every node, and tells when they differ by more
 * than {@value #MOST_SECONDS} s. Nothing is decided by a node's clock; but one that is wrong makes
 * logs lie, and may mean that the ledger's is. A node that ends in order ends what it told; of one
 * that died, another node does. For one thread.
 */
final class SkewWatch {

  private static final int MOST_SECONDS = 2;
  private static final Duration CLEARING = Duration.ofHours(1);

  private final Node node;
  private final Misgivings misgivings;
  private long clearedAt;

  SkewWatch(Node node) {
    this.node = node;
    this.misgivings = new Misgivings(node, node.identity().id().value());
    this.clearedAt = node.seams().elapsed().getAsLong();
  }

  /**
   * Compares; what the answer was under way counts in the clocks' favour.
   *
   * @return 0
   */
  int tick() {
    long asked = node.seams().elapsed().getAsLong();
    Instant before = node.seams().clock().instant();
    Instant ledger = node.ledger().ledger().now();
    Duration underWay = Duration.ofNanos(node.seams().elapsed().getAsLong() - asked);
    Duration apart = Duration.between(before, ledger);
    boolean differ =
        apart.compareTo(Duration.ofSeconds(MOST_SECONDS).plus(underWay)) > 0
            || apart.compareTo(Duration.ofSeconds(-MOST_SECONDS)) < 0;
    misgivings.note(
        AlertCode.CLOCK_SKEWED,
        AlertCode.CLOCK_SKEW_OVER,
        differ
            ? Optional.of(
                "the clock of %s shows %s while %s shows %s: repair time synchronisation"
                    .formatted(node.identity().id(), before, node.ledger().name(), ledger))
            : Optional.empty());
    if (asked - clearedAt >= CLEARING.toNanos()) {
      misgivings.endAbandoned(AlertCode.CLOCK_SKEWED, AlertCode.CLOCK_SKEW_OVER);
      clearedAt = asked;
    }
    return 0;
  }

  /** Tells that what was told of this node's clock is over, since the node ends. */
  void end() {
    misgivings.end(
        AlertCode.CLOCK_SKEWED,
        AlertCode.CLOCK_SKEW_OVER,
        node.identity().id() + " ends, and its clock was still off; nothing to do");
  }
}
