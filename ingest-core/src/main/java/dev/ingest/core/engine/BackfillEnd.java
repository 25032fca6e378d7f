package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Ends a backfill: compares its outcomes with its list, releases holds, says how it ended.
 *
 * <p>What is proven, unrecoverable or cancelled is held no longer. What has failed stays held,
 * since an incomplete backfill whose raw bytes then expire would be the very loss that it is to
 * prevent; cancelling it is what lets go of them. It is told before the record says so: a crash in
 * between tells twice, never not at all. For one thread.
 */
final class BackfillEnd {

  private static final int SAMPLES = 5;
  private static final int MAX_PAGES = 20;

  private final BackfillTools tools;

  BackfillEnd(BackfillTools tools) {
    this.tools = tools;
  }

  /** Ends one that is ENDING; it may turn out that something was left out, which then runs. */
  BackfillRecord end(BackfillRecord record) {
    new BackfillReview(tools, record).run();
    BackfillCheck.Found found = new BackfillCheck(tools, record).run();
    if (found.missed() > 0) {
      return goOn(record, found.tally());
    }
    BackfillSets sets = tools.sets(record);
    letGo(record, sets.done());
    // Some were held by a step of the freeze that was cut off, and found damaged before the next.
    letGo(record, sets.unrecoverable());
    BackfillRecord counted = record.with(found.tally());
    boolean isComplete = found.tally().failedInAll() == 0;
    raise(
        isComplete ? AlertCode.BACKFILL_COMPLETE : AlertCode.BACKFILL_INCOMPLETE,
        record.name(),
        isComplete ? complete(found.tally()) : incomplete(counted));
    return move(
        record,
        last ->
            last.with(found.tally())
                .in(isComplete ? BackfillPhase.COMPLETE : BackfillPhase.INCOMPLETE));
  }

  /** Lets go of all that it can let go of, and fails at the end if there are others. */
  private void letGo(BackfillRecord record, ControlRecord.Key set) {
    BackfillHolds holds = tools.holds(record);
    BackfillDoubts doubts = new BackfillDoubts(record.name());
    tools
        .sets(record)
        .each(
            set,
            page -> {
              doubts.attempt(() -> holds.release(page));
              tools.goOn().run();
            });
    doubts.check();
  }

  /**
   * Goes on with one that is CANCELLING, {@value #MAX_PAGES} pages of its list at most: ends the
   * runs beside results that are in its name, and lets go of its holds. What it has redriven goes
   * on, since no result stands behind it.
   *
   * @return the record, which is CANCELLED once the list is through
   * @throws IncompleteTickException if it is not known of some ids of the page that the record has
   *     come to whether they were let go of; what is behind it is for {@link #cancelAhead}
   */
  BackfillRecord cancel(BackfillRecord record) {
    BackfillSets sets = tools.sets(record);
    Optional<SequenceKey> reached = record.list().reached();
    for (int pages = 0; pages < MAX_PAGES; pages++) {
      List<SequenceKey> page = sets.listed(reached);
      try {
        cancelAhead(record, page);
      } catch (IncompleteTickException e) {
        cancelledUpTo(record, reached);
        throw e;
      }
      if (page.size() < sets.most()) {
        return cancelled(record);
      }
      reached = Optional.of(page.get(page.size() - 1));
      tools.goOn().run();
    }
    return cancelledUpTo(record, reached);
  }

  /**
   * Ends the runs beside results, and lets go of the holds, of ids wherever on the list they are.
   *
   * @throws IncompleteTickException if that is not known of some of them
   */
  void cancelAhead(BackfillRecord record, List<SequenceKey> keys) {
    BackfillDoubts doubts = new BackfillDoubts(record.name());
    doubts.attempt(() -> endRuns(record, keys));
    doubts.attempt(() -> tools.holds(record).release(keys));
    doubts.check();
  }

  private BackfillRecord cancelledUpTo(BackfillRecord record, Optional<SequenceKey> reached) {
    if (reached.equals(record.list().reached())) {
      return record;
    }
    Instant at = tools.node().ledger().ledger().now();
    return move(
        record, now -> now.with(now.list().reached(reached, 0)).with(now.motion().movedAt(at)));
  }

  private BackfillRecord cancelled(BackfillRecord record) {
    String seal = "%016x".formatted(tools.node().seams().randomBits().getAsLong());
    BackfillSeal.Sealed sealed =
        new BackfillSeal(tools, tools.book().get(record.name()), seal).run();
    return move(record, now -> now.sealed(sealed));
  }

  private void endRuns(BackfillRecord record, List<SequenceKey> keys) {
    tools
        .changes(record)
        .settle(
            keys,
            entry ->
                entry.state() == State.VERIFIED
                    && entry
                        .beside()
                        .run()
                        .flatMap(Run::backfill)
                        .equals(Optional.of(record.name())),
            running -> (entry, now) -> new SideRunEvent.Cancelled(record.self()));
  }

  private BackfillRecord move(BackfillRecord seen, UnaryOperator<BackfillRecord> next) {
    return tools
        .book()
        .change(seen.name(), now -> now.phase() == seen.phase() ? next.apply(now) : now);
  }

  /** The speed is told from here on, since what had failed may not have any more. */
  private BackfillRecord goOn(BackfillRecord seen, BackfillRecord.Tally tally) {
    Instant now = tools.node().ledger().ledger().now();
    return move(
        seen,
        last ->
            last.with(tally)
                .with(BackfillRecord.Motion.from(last.motion().begun(), now, tally.ended()))
                .in(BackfillPhase.RUNNING));
  }

  private static String complete(BackfillRecord.Tally tally) {
    return "all %d planned sequences are proven by its own runs%s"
        .formatted(tally.planned(), apart(tally));
  }

  private String incomplete(BackfillRecord record) {
    BackfillRecord.Tally tally = record.tally();
    String causes =
        record.failures().stream()
            .filter(cause -> cause.count() > 0)
            .map(
                cause ->
                    "%d %s, such as %s"
                        .formatted(cause.count(), cause.code(), samples(record, cause)))
            .collect(Collectors.joining("; "));
    return "%d of %d planned sequences are not proven by its own runs: %s%s; "
        .concat("their raw bytes stay held; `ingest backfill report %s` names all")
        .formatted(tally.failedInAll(), tally.planned(), causes, apart(tally), record.name());
  }

  private static String apart(BackfillRecord.Tally tally) {
    return tally.unrecoverable() == 0
        ? ""
        : "; apart from these %d had no raw bytes when it was frozen"
            .formatted(tally.unrecoverable());
  }

  private List<SequenceKey> samples(BackfillRecord record, BackfillRecord.Cause cause) {
    BackfillSets sets = tools.sets(record);
    return new ArrayList<>(sets.page(sets.failed(cause.place()), Optional.empty(), SAMPLES));
  }

  private void raise(AlertCode code, String name, String message) {
    tools
        .node()
        .ledger()
        .alerts()
        .raise(
            List.of(
                EngineAlert.of(code, name, message)
                    .row(tools.node().identity(), tools.node().ledger().ledger().now())));
  }
}
