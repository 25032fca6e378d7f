package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Holds anew what somebody has let go of: looks through the ids of a backfill that wait, and those
 * that have failed, a page at a time. Those that run are looked at by each tick anyway ({@link
 * BackfillRun}). One that is INCOMPLETE ends anew when what had failed is under way again in its
 * name, or proven, or when there is not as much of it as was counted. For one thread.
 */
final class BackfillKeep {

  private final BackfillTools tools;
  private final BackfillSets sets;
  private final long every;
  private final Optional<BackfillWalk> waiting;
  private boolean isAmongFailed;
  private int cause;
  private long passed;
  private Optional<SequenceKey> after = Optional.empty();
  private long keptAt;

  private BackfillKeep(
      BackfillTools tools, BackfillRecord record, Duration every, boolean hasWaiting) {
    this.tools = tools;
    this.sets = tools.sets(record);
    this.every = every.toNanos();
    this.waiting =
        hasWaiting
            ? Optional.of(new BackfillWalk(sets, tools.node().seams().elapsed()))
            : Optional.empty();
    this.keptAt = tools.node().seams().elapsed().getAsLong();
  }

  /** For one that has ids which wait: a page every five seconds. */
  static BackfillKeep ofOpen(BackfillTools tools, BackfillRecord record) {
    return new BackfillKeep(tools, record, Duration.ofSeconds(5), true);
  }

  /** For one that is INCOMPLETE: a page a minute. */
  static BackfillKeep ofIncomplete(BackfillTools tools, BackfillRecord record) {
    return new BackfillKeep(tools, record, Duration.ofMinutes(1), false);
  }

  /**
   * Looks at the next page, if it is time.
   *
   * @param record the record as it is now
   * @throws IncompleteTickException if it is not known of some of its ids whether they are held;
   *     the next look goes on behind the page
   */
  void step(BackfillRecord record) {
    long now = tools.node().seams().elapsed().getAsLong();
    if (now - keptAt < every) {
      return;
    }
    keptAt = now;
    Optional<BackfillWalk.Page> page =
        isAmongFailed ? Optional.empty() : waiting.flatMap(walk -> walk.next(sets.most()));
    if (page.isPresent()) {
      List<SequenceKey> keys = page.get().keys();
      waiting.ifPresent(walk -> walk.past(keys.get(keys.size() - 1), 0));
      tools.holds(record).place(keys);
    } else {
      failed(record);
    }
  }

  private void failed(BackfillRecord record) {
    isAmongFailed = true;
    while (cause < record.tally().causes().size()) {
      List<SequenceKey> keys = sets.page(sets.failed(cause), after, sets.most());
      if (!keys.isEmpty()) {
        passed += keys.size();
        after = Optional.of(keys.get(keys.size() - 1));
        if (haveChanged(keys, record.name())) {
          reopen(record);
        }
        tools.holds(record).place(keys);
        return;
      }
      cause++;
      after = Optional.empty();
    }
    if (passed != record.tally().failedInAll()) {
      reopen(record);
    }
    passed = 0;
    cause = 0;
    isAmongFailed = false;
  }

  private boolean haveChanged(List<SequenceKey> keys, String name) {
    return tools.node().ledger().ledger().find(keys).stream()
        .flatMap(Optional::stream)
        .anyMatch(entry -> BackfillReview.hasChanged(entry, name));
  }

  /** What is open looks again by itself before it ends. */
  private void reopen(BackfillRecord record) {
    Instant now = tools.node().ledger().ledger().now();
    tools
        .book()
        .change(
            record.name(),
            seen ->
                seen.phase() == BackfillPhase.INCOMPLETE
                    ? seen.with(seen.motion().at(now, seen.tally().ended(), true))
                        .in(BackfillPhase.ENDING)
                    : seen);
  }
}
