package dev.ingest.core.engine;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The wait at the end of a run for bytes that are due to go: what people discarded or erased, what
 * has expired, and what a policy discards. Where engines run only for as long as there is work, the
 * expirer would otherwise be stopped in the middle of its first deletion each time.
 *
 * <p>It ends when nothing is due any more, or when the expirer could do nothing about what is, as
 * where a hold or a doubt keeps it, the result cannot be read, or another process has the expirer's
 * lease: then one of its turns has ended without effect that began {@value #PATIENCE_SECONDS} s
 * after the last effect, so that a rate which is spent does not look like that. Where nothing is
 * seen to change, as while the store does not answer, it ends after {@link #LONGEST}. For one
 * thread.
 */
final class DisposalWait {

  /** As long as the other wait at the end of a run. */
  static final Duration LONGEST = TellingWait.LONGEST;

  private static final int PATIENCE_SECONDS = 1;
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(500);
  private static final Duration HURRY = Duration.ofSeconds(PATIENCE_SECONDS);

  private final Node node;
  private final Supervisor supervisor;
  private final HurriedTurns turns;
  private long progressAt;
  private long ownAt;
  private long hurriedAt;
  private long fruitful;
  private List<Entry> due = List.of();

  /**
   * @param node who waits
   * @param supervisor who hears of what is due being unknown; nothing is waited for then
   * @param turns of this node's expirer
   */
  DisposalWait(Node node, Supervisor supervisor, HurriedTurns turns) {
    this.node = node;
    this.supervisor = supervisor;
    this.turns = turns;
  }

  /** Waits; not where the node stops. */
  void await() {
    progressAt = elapsed();
    ownAt = progressAt;
    hurriedAt = progressAt - HURRY.toNanos();
    fruitful = turns.fruitful();
    IdleWait pauses = new IdleWait(LOOK, LONGEST_LOOK, node.seams()::unit);
    while (isDue() && !isInVain()) {
      hurry();
      if (!node.seams().pause().await(pauses.next())) {
        return;
      }
    }
  }

  private boolean isDue() {
    return supervisor.supervise("disposal check", this::look) > 0;
  }

  private int look() {
    List<Entry> before = due;
    due = first();
    if (turns.fruitful() != fruitful) {
      fruitful = turns.fruitful();
      ownAt = elapsed();
      progressAt = ownAt;
    } else if (!due.equals(before)) {
      progressAt = elapsed();
    }
    return due.size();
  }

  /** The first of each kind: each that is dealt with makes way for another, or for none. */
  private List<Entry> first() {
    Ledger ledger = node.ledger().ledger();
    ExpiryPolicy policy = new KeptPolicy(node.ledger()).find().orElse(ExpiryPolicy.DEFAULT);
    return Stream.concat(
            Stream.of(
                DueQuery.of(DueQuery.Kind.DISPOSAL, Duration.ZERO, 1),
                DueQuery.of(DueQuery.Kind.EXPIRY, policy.grace().negated(), 1)),
            Expirer.unproven(policy, 1).stream())
        .map(ledger::due)
        .flatMap(List::stream)
        .toList();
  }

  private boolean isInVain() {
    return turns.isFruitlessSince(ownAt + HURRY.toNanos())
        || elapsed() - progressAt >= LONGEST.toNanos();
  }

  private void hurry() {
    long now = elapsed();
    if (now - hurriedAt >= HURRY.toNanos()) {
      turns.hurry();
      hurriedAt = now;
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
