package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import java.util.List;

/**
 * One atomic change of one sequence: the entry as it shall be, the history row and the alerts, all
 * together or not at all.
 *
 * @param guard what must be true at the commit
 * @param after the entry after the change; its version is the guard's plus one, or 1
 * @param lease what happens to the lease
 * @param row the history row; it carries the transition's id
 * @param alerts the alert rows, at most {@link #MAX_ALERTS}
 */
public record Transition(
    Guard guard, Entry after, LeaseEffect lease, HistoryRow row, List<AlertRow> alerts) {

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
