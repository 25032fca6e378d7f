package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads from history rows which stage was handed over to another system, and how that ended. A row
 * names the token's digest before any text that somebody else wrote.
 */
public final class HandedOver {

  static final String BEGUN = "pending";
  static final String ENDED = "ended";

  private HandedOver() {}

  /**
   * Tells whether a row hands a stage over.
   *
   * @param row the row
   * @param token the digest of the token
   * @return true if it is the row that made this token valid
   */
  public static boolean isBegun(HistoryRow row, Digest token) {
    return row.step().kind() == TransitionKind.STAGE_PENDING && names(row, BEGUN, token);
  }

  /**
   * Tells whether a row ends a stage that was handed over.
   *
   * @param row the row
   * @param token the digest of the token
   * @return true if whoever had this token ended the stage by it
   */
  public static boolean isEnded(HistoryRow row, Digest token) {
    return switch (row.step().kind()) {
      case STAGE_DONE, STAGE_RETRIED, FAILED, SIDE_RUN_FAILED -> names(row, ENDED, token);
      case ACCEPTED,
          READMITTED,
          LEASE_LOST,
          STAGE_PENDING,
          VERIFIED,
          VERIFICATION_UNKNOWN,
          OVERDUE,
          AT_RISK,
          TOLD_EARLY,
          DEADLINE_EXTENDED,
          HELD,
          RELEASED,
          REDRIVEN,
          REROUTED,
          DISCARDING,
          DISCARDED,
          EXPIRING,
          EXPIRED,
          LOST,
          RAW_DAMAGED,
          PROOF_RENEWED,
          LEFTOVERS_SWEPT,
          SIDE_RUN_STARTED,
          REPLACED,
          COMPARED,
          SIDE_RUN_CANCELLED,
          SUPERSEDED_RELEASED ->
          false;
    };
  }

  /**
   * Tells whether the lease that an entry has was left to another system, so that no node works
   * under it: nothing but marks follows the row that says so.
   *
   * @param rows the last rows of the history up to that entry, in order
   * @return whether it was left; false if the rows tell nothing
   */
  public static boolean isLeft(List<HistoryRow> rows) {
    for (int i = rows.size() - 1; i >= 0; i--) {
      TransitionKind kind = rows.get(i).step().kind();
      if (!isMark(kind)) {
        return kind == TransitionKind.STAGE_PENDING;
      }
    }
    return false;
  }

  /** Tells of what can happen while a lease runs, and leaves it as it is. */
  private static boolean isMark(TransitionKind kind) {
    return switch (kind) {
      case OVERDUE,
          AT_RISK,
          TOLD_EARLY,
          DEADLINE_EXTENDED,
          HELD,
          RELEASED,
          RAW_DAMAGED,
          PROOF_RENEWED,
          LEFTOVERS_SWEPT,
          SUPERSEDED_RELEASED ->
          true;
      case ACCEPTED,
          READMITTED,
          LEASE_LOST,
          STAGE_DONE,
          STAGE_RETRIED,
          STAGE_PENDING,
          VERIFIED,
          VERIFICATION_UNKNOWN,
          FAILED,
          REDRIVEN,
          REROUTED,
          DISCARDING,
          DISCARDED,
          EXPIRING,
          EXPIRED,
          LOST,
          SIDE_RUN_STARTED,
          REPLACED,
          COMPARED,
          SIDE_RUN_FAILED,
          SIDE_RUN_CANCELLED ->
          false;
    };
  }

  /**
   * The version of the lease's node, of 64 characters at most, may stand before it; text of several
   * lines after.
   */
  private static boolean names(HistoryRow row, String note, Digest token) {
    return Pattern.compile(
            "(?:" + Draft.VERSION + ".{0,64}?; )?" + note + "=" + token + "(?:; .*)?",
            Pattern.DOTALL)
        .matcher(row.note().detail())
        .matches();
  }
}
