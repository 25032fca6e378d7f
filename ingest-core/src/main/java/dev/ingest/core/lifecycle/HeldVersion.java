package dev.ingest.core.lifecycle;

import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;

/** Reads from a history row which node version held the lease under which it was written. */
public final class HeldVersion {

  private HeldVersion() {}

  /**
   * Tells whether a row was written while a node of this version held the lease.
   *
   * @param row the row
   * @param version the version
   * @return false also where it is not told
   */
  public static boolean is(HistoryRow row, String version) {
    String begin = Draft.VERSION + version;
    String detail = row.note().detail();
    return detail.equals(begin) || detail.startsWith(begin + "; ");
  }

  /**
   * Tells whether a row is about work whose node version is not recorded: work that ended under a
   * lease by an earlier release or by somebody's decision, or a lease that was lost, of which the
   * row has the next holder's.
   *
   * @param row the row
   * @return whether some version worked on it that the row does not tell
   */
  public static boolean isUntold(HistoryRow row) {
    return switch (row.step().kind()) {
      case LEASE_LOST -> true;
      case STAGE_DONE,
          STAGE_RETRIED,
          VERIFIED,
          VERIFICATION_UNKNOWN,
          REPLACED,
          COMPARED,
          SIDE_RUN_FAILED ->
          !row.note().detail().startsWith(Draft.VERSION);
      case FAILED, DISCARDING, REROUTED ->
          row.from().filter(from -> from == State.PROCESSING || from == State.PROCESSED).isPresent()
              && !row.note().detail().startsWith(Draft.VERSION);
      case ACCEPTED,
          READMITTED,
          STAGE_PENDING,
          OVERDUE,
          AT_RISK,
          TOLD_EARLY,
          DEADLINE_EXTENDED,
          HELD,
          RELEASED,
          REDRIVEN,
          DISCARDED,
          EXPIRING,
          EXPIRED,
          LOST,
          RAW_DAMAGED,
          PROOF_RENEWED,
          LEFTOVERS_SWEPT,
          SIDE_RUN_STARTED,
          SIDE_RUN_CANCELLED,
          SUPERSEDED_RELEASED ->
          false;
    };
  }
}
