package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.alert.AlertCode;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What is to be told of a backfill that is not over, by its record alone: that it stands still,
 * that it waits for someone, and that much of it fails. Each is empty where it is not so.
 */
final class BackfillConditions {

  /** How long nothing may move, of its runs or of its list, before that is told. */
  static final Duration STALLED = Duration.ofMinutes(30);

  /** How long one may wait for someone's decision before that is told. */
  static final Duration WAITING = Duration.ofDays(1);

  /** How many ids must have failed, and a tenth of those that ended, before that is told. */
  static final int FAILING = 20;

  /** What is told of one that is not over, and of its end. */
  private static final Map<AlertCode, AlertCode> ENDS =
      Map.of(
          AlertCode.BACKFILL_STALLED, AlertCode.BACKFILL_MOVING,
          AlertCode.BACKFILL_WAITING, AlertCode.BACKFILL_DECIDED,
          AlertCode.BACKFILL_FAILING, AlertCode.BACKFILL_NOT_FAILING);

  private BackfillConditions() {}

  /** What was told lasts until the backfill is over, whose end tells the rest. */
  static Optional<String> failing(BackfillRecord record, boolean isTold) {
    BackfillRecord.Tally tally = record.tally();
    long failed = tally.failedInAll();
    boolean isMuch = failed >= FAILING && failed * 10 >= tally.ended();
    return !record.phase().isOver() && (isTold || isMuch)
        ? Optional.of(
            "%d of the %d ids that have ended failed: %s; %d are pending"
                .formatted(failed, tally.ended(), causes(record), tally.pending()))
        : Optional.empty();
  }

  private static String failures(BackfillRecord record) {
    long failed = record.tally().failedInAll();
    return failed == 0 ? "" : "; %d have failed: %s".formatted(failed, causes(record));
  }

  private static String causes(BackfillRecord record) {
    return record.failures().stream()
        .filter(cause -> cause.count() > 0)
        .map(cause -> cause.count() + " " + cause.code())
        .collect(Collectors.joining(", "));
  }

  static Optional<String> stalled(BackfillRecord record, Instant now) {
    if (record.phase().isFreezing() || record.phase() == BackfillPhase.CANCELLING) {
      return listStalled(record, now);
    }
    boolean isStalled =
        canStall(record.phase()) && !now.isBefore(record.motion().moved().plus(STALLED));
    return isStalled
        ? Optional.of(
            "no run was started or has ended since %s; %d ids are pending, %d of them running%s"
                .formatted(
                    record.motion().moved(),
                    record.tally().pending(),
                    record.tally().running(),
                    failures(record)))
        : Optional.empty();
  }

  /** Tells whether it is told of a backfill in a phase that nothing of it moves. */
  static boolean canStall(BackfillPhase phase) {
    return phase.isFreezing()
        || phase == BackfillPhase.RUNNING
        || phase == BackfillPhase.ENDING
        || phase == BackfillPhase.CANCELLING;
  }

  /** Before its list first moved it was ordered, or it was decided to cancel it. */
  private static Optional<String> listStalled(BackfillRecord record, Instant now) {
    Instant decided = record.last().at();
    Instant moved = record.motion().moved().isAfter(decided) ? record.motion().moved() : decided;
    if (now.isBefore(moved.plus(STALLED))) {
      return Optional.empty();
    }
    String what =
        switch (record.phase()) {
          case CANCELLING -> "not all of its holds are let go; a working engine goes on with it";
          case HOLDING ->
              "%d ids of its list are held, and not all behind them; a working engine goes on with it"
                  .formatted(record.list().count());
          case COLLECTING ->
              "nothing of it is held yet, and raw bytes of it may expire; "
                  + "not all its ids were written: repeat the plan, or cancel it";
          case LISTING, FROZEN, RUNNING, PAUSED, ENDING, COMPLETE, INCOMPLETE, CANCELLED ->
              "nothing of it is held yet, and raw bytes of it may expire; "
                  + "a working engine goes on with it";
        };
    return Optional.of(
        "it is %s, and its list has not moved since %s: %s".formatted(record.phase(), moved, what));
  }

  /** What was told to wait does so until someone decides, whatever the clock says meanwhile. */
  static Optional<String> waiting(BackfillRecord record, Instant now, boolean isTold) {
    boolean isForSomeone =
        switch (record.phase()) {
          case FROZEN, PAUSED -> true;
          case COLLECTING,
              LISTING,
              HOLDING,
              RUNNING,
              ENDING,
              COMPLETE,
              INCOMPLETE,
              CANCELLING,
              CANCELLED ->
              false;
        };
    return isForSomeone && (isTold || !now.isBefore(record.last().at().plus(WAITING)))
        ? Optional.of(
            "it is %s, and %s decided last, at %s: %d ids are pending, and wait until someone decides%s"
                .formatted(
                    record.phase(),
                    record.last().by().actor(),
                    record.last().at(),
                    record.tally().pending(),
                    failures(record)))
        : Optional.empty();
  }

  /** Finds what was told, whoever told it. */
  static Map<AlertCode, List<String>> told(Node node) {
    Misgivings any = new Misgivings(node);
    Map<AlertCode, List<String>> told = new EnumMap<>(AlertCode.class);
    ENDS.keySet().forEach(code -> told.put(code, any.parts(code)));
    return told;
  }

  /**
   * Tells the end of what was told of those that are over: their node may have died before it
   * could.
   *
   * @param lasts which are not over, as far as is known
   */
  static void endOfOver(Node node, Map<AlertCode, List<String>> told, Predicate<String> lasts) {
    told.forEach(
        (code, names) ->
            names.stream()
                .filter(lasts.negate())
                .forEach(
                    name ->
                        new Misgivings(node, name)
                            .end(
                                code, ENDS.getOrDefault(code, code), "it is over; nothing to do")));
  }
}
