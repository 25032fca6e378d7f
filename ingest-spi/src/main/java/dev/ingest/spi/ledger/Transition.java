package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;
import java.util.Optional;

/**
 * One atomic change of one sequence: the entry as it shall be, the history row, the alerts and the
 * notice to its owner, all together or not at all.
 *
 * @param guard what must be true at the commit
 * @param after the entry after the change; its version is the guard's plus one, or 1
 * @param lease what happens to the lease
 * @param row the history row; it carries the transition's id
 * @param alerts the alert rows, at most {@link #MAX_ALERTS}
 * @param notice what the owner is to be told of it, if anything
 */
public record Transition(
    Guard guard,
    Entry after,
    LeaseEffect lease,
    HistoryRow row,
    List<AlertRow> alerts,
    Optional<OwnerNotice> notice) {

  /** The most alert rows of one transition. */
  public static final int MAX_ALERTS = 16;

  /**
   * Checks that the parts belong together.
   *
   * @param guard what must be true at the commit
   * @param after the entry after the change
   * @param lease what happens to the lease
   * @param row the history row
   * @param alerts the alert rows
   * @param notice what the owner is to be told of it
   */
  public Transition {
    alerts = List.copyOf(alerts);
    SequenceKey key = after.key();
    boolean first = guard instanceof Guard.Accept;
    require(alerts.size() <= MAX_ALERTS, key, "at most 16 alerts");
    require(row.key().equals(key), key, "entry and history row of one sequence");
    require(row.to() == after.state(), key, "entry and history row with one state");
    require(
        row.link().ordinal() == after.chain().length()
            && row.link().hash().equals(after.chain().head()),
        key,
        "the history row as the entry's chain head");
    require(after.version() == versionBefore(guard) + 1, key, "a version raised by one");
    require(
        row.from().isEmpty() == first && (row.link().ordinal() == 1) == first,
        key,
        "the first history row at acceptance, and a later one with the state before otherwise");
    require(
        !first || row.link().previous().equals(ChainHead.EMPTY.head()),
        key,
        "32 zero bytes before the first history row");
    require(
        lease == LeaseEffect.KEEP || after.position().lease().isEmpty(),
        key,
        "an entry without a lease where the lease ends");
    require(
        notice
            .filter(told -> !told.key().equals(key) || !told.cause().equals(cause(row)))
            .isEmpty(),
        key,
        "a notice of its own sequence, history row and time");
  }

  /**
   * Creates a transition of which the owner is told nothing.
   *
   * @param guard what must be true at the commit
   * @param after the entry after the change
   * @param lease what happens to the lease
   * @param row the history row
   * @param alerts the alert rows
   */
  public Transition(
      Guard guard, Entry after, LeaseEffect lease, HistoryRow row, List<AlertRow> alerts) {
    this(guard, after, lease, row, alerts, Optional.empty());
  }

  /**
   * Copies with what its owner is to be told.
   *
   * @param told the notice, or none
   * @return the copy
   */
  public Transition withNotice(Optional<OwnerNotice> told) {
    return new Transition(guard, after, lease, row, alerts, told);
  }

  /**
   * Returns how a notice names the transition of a history row.
   *
   * @param row the row
   * @return the cause
   */
  public static OwnerNotice.Cause cause(HistoryRow row) {
    return new OwnerNotice.Cause(row.step().transition(), row.link().ordinal(), row.step().at());
  }

  /**
   * Returns whose sequence changes.
   *
   * @return the key
   */
  public SequenceKey key() {
    return after.key();
  }

  /**
   * Returns the id by which a repeated attempt is recognised.
   *
   * @return the id
   */
  public TransitionId id() {
    return row.step().transition();
  }

  private static long versionBefore(Guard guard) {
    if (guard instanceof Guard.Readmit readmit) {
      return readmit.version();
    } else if (guard instanceof Guard.AtVersion at) {
      return at.version();
    } else if (guard instanceof Guard.WithLease with) {
      return with.version();
    }
    return 0;
  }

  private static void require(boolean holds, SequenceKey key, String rule) {
    if (!holds) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, key.toString(), "a transition needs " + rule);
    }
  }
}
