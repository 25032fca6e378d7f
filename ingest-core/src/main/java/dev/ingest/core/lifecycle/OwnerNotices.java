package dev.ingest.core.lifecycle;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which transitions an owner is told of, and in which words: a pure function of the transition, so
 * that every node and every attempt writes the same notice. What concerns operators alone (retries,
 * marks, holds, redrives, re-routing, the expiry of raw bytes behind a result that stays, runs
 * beside it) is silent, but for a result that a backfill has made again.
 */
public final class OwnerNotices {

  private static final Pattern REMADE = Pattern.compile("; backfill=[a-z0-9._-]+; observed=");

  private OwnerNotices() {}

  /**
   * Decides what the owner is told of a transition.
   *
   * @param transition the transition
   * @return the notice; empty if it is silent
   */
  public static Optional<OwnerNotice> of(Transition transition) {
    if (Canary.is(transition.key())) {
      return Optional.empty();
    }
    return kind(
            transition.row().step().kind(),
            transition.after().state(),
            isRepair(transition.row()) || isRemade(transition.row()))
        .filter(kind -> !isRepeated(transition.row()))
        .map(
            kind ->
                kind == NoticeKind.FAILED && isLost(transition.after()) ? NoticeKind.LOST : kind)
        .map(
            kind ->
                new OwnerNotice(
                    Transition.cause(transition.row()),
                    kind,
                    transition.key(),
                    transition.after().receipt().manifest().root(),
                    text(kind)));
  }

  /**
   * Tells whether a row proves what a failure or a loss came before.
   *
   * @param row the row
   * @return true for the proof of a sequence that was FAILED or LOST since it was proven last
   */
  public static boolean isRepair(HistoryRow row) {
    return row.step().kind() == TransitionKind.VERIFIED
        && row.note().detail().endsWith("; " + Draft.REPAIRED + "=true");
  }

  /**
   * Tells whether a row puts a result that a backfill has made in the place of the one before.
   *
   * @param row the row
   * @return true for a replacement in a backfill's name; one that a person started for itself tells
   *     nobody
   */
  public static boolean isRemade(HistoryRow row) {
    return row.step().kind() == TransitionKind.REPLACED
        && REMADE.matcher(row.note().detail()).find();
  }

  /**
   * Tells whether a row repeats what its owner was told before.
   *
   * @param row the row
   * @return true for raw bytes that an earlier reading found damaged
   */
  public static boolean isRepeated(HistoryRow row) {
    return row.step().kind() == TransitionKind.RAW_DAMAGED
        && row.note().detail().startsWith(Rereading.STILL_DAMAGED);
  }

  /**
   * Tells whether nothing that is stored can make a sequence good any more.
   *
   * @param entry the entry
   * @return true if it is LOST, or FAILED with damaged raw bytes: its owner has to upload it again
   */
  public static boolean isLost(Entry entry) {
    return entry.state() == State.LOST
        || (entry.state() == State.FAILED && Rereading.knownDamage(entry).isPresent());
  }

  /**
   * Decides which kind of notice a transition causes.
   *
   * @param kind the transition's kind
   * @param after the state after it
   * @param isRepair whether a failure or a loss was told since the last proof, or a backfill has
   *     made the result again
   * @return the kind; empty if the owner is told nothing
   */
  public static Optional<NoticeKind> kind(TransitionKind kind, State after, boolean isRepair) {
    return switch (kind) {
      case ACCEPTED, READMITTED -> Optional.of(NoticeKind.ACCEPTED);
      case VERIFIED -> Optional.of(isRepair ? NoticeKind.REPAIRED : NoticeKind.PUBLISHED);
      case REPLACED -> isRepair ? Optional.of(NoticeKind.REPAIRED) : Optional.empty();
      case FAILED -> Optional.of(NoticeKind.FAILED);
      case LOST -> Optional.of(NoticeKind.LOST);
      // Decided is decided: readers see nothing from here on, and the bytes go.
      case DISCARDING -> Optional.of(NoticeKind.DISCARDED);
      // That it failed was told before, and says more.
      case OVERDUE -> after == State.FAILED ? Optional.empty() : Optional.of(NoticeKind.DELAYED);
      // A failed sequence has nothing but its raw bytes; a verified one has its result.
      case RAW_DAMAGED -> after == State.FAILED ? Optional.of(NoticeKind.LOST) : Optional.empty();
      case LEASE_LOST,
          STAGE_DONE,
          STAGE_RETRIED,
          STAGE_PENDING,
          VERIFICATION_UNKNOWN,
          AT_RISK,
          TOLD_EARLY,
          DEADLINE_EXTENDED,
          HELD,
          RELEASED,
          REDRIVEN,
          REROUTED,
          DISCARDED,
          EXPIRING,
          EXPIRED,
          PROOF_RENEWED,
          LEFTOVERS_SWEPT,
          SIDE_RUN_STARTED,
          COMPARED,
          SIDE_RUN_FAILED,
          SIDE_RUN_CANCELLED,
          SUPERSEDED_RELEASED ->
          Optional.empty();
    };
  }

  /**
   * Says what a notice means and what the owner can do.
   *
   * @param kind the kind
   * @return one or two sentences
   */
  public static String text(NoticeKind kind) {
    return switch (kind) {
      case ACCEPTED -> "We have received everything. You need do nothing.";
      case PUBLISHED -> "It is verified and published. You need do nothing.";
      case DELAYED ->
          "It takes longer than planned. Nothing is lost, and work on it goes on."
              + " You need do nothing.";
      case FAILED ->
          "It could not be processed. Nothing is lost: what you sent is kept, and we look into it."
              + " Sending the same items again under the same id repairs it, too.";
      case REPAIRED -> "It is repaired, verified and published. You need do nothing.";
      case LOST ->
          "What we stored of it is damaged, and we cannot make it good by ourselves."
              + " Please send the same items again under the same id.";
      case DISCARDED ->
          "It was given up: its result is withdrawn, and what you sent is being deleted."
              + " You can send the same items again under the same id.";
    };
  }
}
