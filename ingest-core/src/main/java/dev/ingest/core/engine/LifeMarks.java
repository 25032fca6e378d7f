package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * In which life the ledger was when this node last asked, so that what takes long notices that a
 * life ended under it.
 *
 * <p>What begins is marked with the life that was read last, which costs no call unless that was
 * longer ago than {@link #KNOWN_FOR}, and asked for only once it has taken longer than {@link
 * #BRIEF}: a backup is not taken, what came after it given up and swept, and the backup restored,
 * within that. A process that stood still with its machine, so that its monotonic time stood still
 * too, shows in its clock: where the two differ by more than a second, the ledger is asked. A life
 * that had ended already when something began may be taken for one that ended under it, which costs
 * another attempt and no more.
 *
 * <p><b>What it relies on.</b> A life ends when the ledger gets another incarnation. A backup
 * brings its own back: from the moment when it is restored until someone says so, or an engine
 * finds it behind the content store's mark, nothing tells it from the life before. Thread-safe.
 */
final class LifeMarks {

  /** What is over within it has not lived through a restoration. */
  static final Duration BRIEF = Duration.ofSeconds(5);

  /** How long what was read counts for what begins. */
  static final Duration KNOWN_FOR = Duration.ofMinutes(1);

  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private final Node node;
  private volatile @Nullable Mark latest;

  LifeMarks(Node node) {
    this.node = node;
  }

  /**
   * When something began, or the life was read.
   *
   * @param incarnation the ledger's life, as it was read last
   * @param at the monotonic time, in nanoseconds
   * @param clock the node's clock, which goes on while the machine stands still
   */
  record Mark(IncarnationId incarnation, long at, Instant clock) {}

  /** Marks that something begins; asks the ledger only if it did not lately. */
  Mark mark() {
    Mark known = latest;
    return known == null || !isWithin(known, KNOWN_FOR) ? markAsked() : now(known.incarnation());
  }

  /** Marks that something begins which takes long or is rare, and asks the ledger. */
  Mark markAsked() {
    Mark asked = now(ask());
    latest = asked;
    return asked;
  }

  /** Tells whether what began at a mark has not taken longer than {@link #BRIEF}. */
  boolean isBrief(Mark mark) {
    return isWithin(mark, BRIEF);
  }

  /** Returns the life that the ledger is in, if that is another than at a mark. */
  Optional<IncarnationId> after(Mark mark) {
    return isBrief(mark)
        ? Optional.empty()
        : Optional.of(markAsked().incarnation()).filter(now -> !now.equals(mark.incarnation()));
  }

  private boolean isWithin(Mark mark, Duration time) {
    long since = node.seams().elapsed().getAsLong() - mark.at();
    Duration byClock = Duration.between(mark.clock(), node.seams().clock().instant());
    return since < time.toNanos() && byClock.minusNanos(since).abs().compareTo(TOLERANCE) <= 0;
  }

  private Mark now(IncarnationId incarnation) {
    return new Mark(
        incarnation, node.seams().elapsed().getAsLong(), node.seams().clock().instant());
  }

  private IncarnationId ask() {
    return Retries.settled(node, "reading the incarnation", () -> node.ledger().incarnation());
  }
}
