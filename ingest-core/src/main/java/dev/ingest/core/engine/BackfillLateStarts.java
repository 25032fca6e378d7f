package dev.ingest.core.engine;

import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends runs beside results that were started in the name of a backfill after it was cancelled.
 *
 * <p>A cancellation changes each entry that has its backfill's hold, so that a node which had read
 * the entry before, and stood still, starts nothing any more. An entry that a person holds, or
 * another backfill, it has no reason to change, and such a start takes effect. So all runs beside
 * results are looked at again every {@link #AGAIN} where a backfill is cancelled, by the ledger's
 * index of them. One that is through its stages and its verification before that has taken the
 * place of the result. For one thread.
 */
final class BackfillLateStarts {

  /** From the end of one walk to the beginning of the next. */
  static final Duration AGAIN = Duration.ofMinutes(1);

  private static final int MAX_PAGES = 20;
  private static final DueQuery FIRST =
      DueQuery.of(DueQuery.Kind.SIDE_RUN, TimePolicy.LONGEST, ScanQuery.MAX_LIMIT);

  private final BackfillTools tools;
  private Optional<DueQuery> next = Optional.of(FIRST);
  private long through;

  BackfillLateStarts(BackfillTools tools) {
    this.tools = tools;
  }

  /**
   * Goes on with the walk, or begins one if it is time.
   *
   * @param isAnyCancelled whether there is a backfill that is cancelled
   * @throws IncompleteTickException if it is not known of some runs whether they were ended; they
   *     are looked at again by the next walk
   */
  void step(boolean isAnyCancelled) {
    if (next.isEmpty() && elapsed() - through >= AGAIN.toNanos()) {
      next = Optional.of(FIRST);
    }
    if (!isAnyCancelled) {
      return;
    }
    BackfillDoubts doubts = new BackfillDoubts("that is cancelled");
    for (int pages = 0; pages < MAX_PAGES && next.isPresent(); pages++) {
      List<Entry> page = tools.node().ledger().ledger().due(next.get());
      end(page, doubts);
      next =
          page.size() < FIRST.limit()
              ? Optional.empty()
              : Optional.of(FIRST.after(page.get(page.size() - 1)));
      through = elapsed();
      if (next.isPresent()) {
        tools.goOn().run();
      }
    }
    doubts.check();
  }

  /** Whether a backfill is cancelled is read once a page, since any number may be. */
  private void end(List<Entry> page, BackfillDoubts doubts) {
    Map<String, List<SequenceKey>> named = new HashMap<>();
    for (Entry entry : page) {
      name(entry)
          .ifPresent(
              name -> named.computeIfAbsent(name, none -> new ArrayList<>()).add(entry.key()));
    }
    named.forEach(
        (name, keys) ->
            tools
                .book()
                .cancelled(name)
                .ifPresent(
                    record ->
                        tools
                            .sets(record)
                            .batches(keys, batch -> doubts.attempt(() -> endRuns(record, batch)))));
  }

  private void endRuns(BackfillRecord record, List<SequenceKey> keys) {
    Optional<String> own = Optional.of(record.name());
    tools
        .changes(record)
        .settle(
            keys,
            entry -> name(entry).equals(own),
            running -> (entry, now) -> new SideRunEvent.Cancelled(record.self()));
  }

  private static Optional<String> name(Entry entry) {
    return entry.beside().run().flatMap(Run::backfill);
  }

  private long elapsed() {
    return tools.node().seams().elapsed().getAsLong();
  }
}
