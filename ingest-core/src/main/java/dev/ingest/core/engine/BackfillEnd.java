package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.SequenceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Ends a backfill: compares its outcomes with its list, releases holds, says how it ended.
 *
 * <p>What is proven, and what is cancelled, is held no longer. What has failed stays held, since an
 * incomplete backfill whose raw bytes then expire would be the very loss that it is to prevent;
 * cancelling it is what lets go of them. It is told before the record says so: a crash in between
 * tells twice, never not at all. For one thread.
 */
final class BackfillEnd {

  private static final int SAMPLES = 5;

  private final BackfillTools tools;

  BackfillEnd(BackfillTools tools) {
    this.tools = tools;
  }

  /** Ends one that is ENDING; it may turn out that something was left out, which then runs. */
  BackfillRecord end(BackfillRecord record) {
    BackfillCheck.Found found = new BackfillCheck(tools, record).run();
    if (found.missed() > 0) {
      return move(record, found.tally(), BackfillPhase.RUNNING);
    }
    BackfillSets sets = tools.sets(record);
    BackfillHolds holds = tools.holds(record);
    sets.each(
        sets.done(),
        page -> {
          holds.release(page);
          tools.goOn().run();
        });
    BackfillRecord counted = record.with(found.tally());
    boolean isComplete = found.tally().failedInAll() == 0;
    raise(
        isComplete ? AlertCode.BACKFILL_COMPLETE : AlertCode.BACKFILL_INCOMPLETE,
        record.name(),
        isComplete ? complete(found.tally()) : incomplete(counted));
    return move(
        record, found.tally(), isComplete ? BackfillPhase.COMPLETE : BackfillPhase.INCOMPLETE);
  }

  /** Releases every hold of one that is CANCELLING. */
  BackfillRecord cancel(BackfillRecord record) {
    BackfillSets sets = tools.sets(record);
    BackfillHolds holds = tools.holds(record);
    sets.each(
        sets.listed(),
        page -> {
          holds.release(page);
          tools.goOn().run();
        });
    return move(record, record.tally(), BackfillPhase.CANCELLED);
  }

  private BackfillRecord move(
      BackfillRecord seen, BackfillRecord.Tally tally, BackfillPhase phase) {
    return tools
        .book()
        .change(seen.name(), now -> now.phase() == seen.phase() ? now.with(tally).in(phase) : now);
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
