package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * In which life the ledger was when this node last asked, so that what takes long notices that a
 * life ended under it.
 *
 * <p>What begins is marked with the life that was read last, which costs no call, and asked for
 * only once it has taken longer than {@link #BRIEF}: a backup is not taken, what came after it
 * given up and swept, and the backup restored, within that. A life that had ended already when
 * something began is taken for one that ended under it, which costs another attempt and no more.
 * Thread-safe.
 */
final class LedgerLife {

  /** What is over within it has not lived through a restoration. */
  static final Duration BRIEF = Duration.ofSeconds(5);

  private final Node node;
  private volatile @Nullable IncarnationId latest;

  LedgerLife(Node node) {
    this.node = node;
  }

  /**
   * When something began.
   *
   * @param incarnation the ledger's life, as it was read last
   * @param at the monotonic time, in nanoseconds
   */
  record Mark(IncarnationId incarnation, long at) {}

  /** Marks that something begins; asks the ledger only the first time. */
  Mark mark() {
    IncarnationId known = latest;
    return new Mark(known == null ? ask() : known, elapsed());
  }

  /** Returns the life that the ledger is in, if that is another than at a mark. */
  Optional<IncarnationId> after(Mark mark) {
    return elapsed() - mark.at() < BRIEF.toNanos()
        ? Optional.empty()
        : Optional.of(ask()).filter(now -> !now.equals(mark.incarnation()));
  }

  private IncarnationId ask() {
    IncarnationId now =
        Retries.settled(node, "reading the incarnation", () -> node.ledger().incarnation());
    latest = now;
    return now;
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
