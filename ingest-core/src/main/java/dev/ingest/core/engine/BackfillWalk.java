package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Where the ids are that are next to be run: the most urgent first, and within an urgency in the
 * order of keys.
 *
 * <p>An id that cannot be run yet is passed by and stays. A pass goes from the most urgent to the
 * least and then begins anew; one that passed few by begins anew after a minute, so that what has
 * become due meanwhile goes first again, unless many of those are not known to have been started:
 * then it goes on behind them to its end. Sets that were found empty are not asked again, since
 * nothing is added to them while a backfill runs. For one thread.
 */
final class BackfillWalk {

  private static final long ANEW_NANOS = 60_000_000_000L;
  private static final int FEW = 1_000;

  private final BackfillSets sets;
  private final LongSupplier elapsed;
  private final boolean[] empty = new boolean[BackfillSets.URGENCIES];
  private int urgency;
  private Optional<SequenceKey> after = Optional.empty();
  private long begun;
  private long passedBy;
  private boolean isToEnd;

  BackfillWalk(BackfillSets sets, LongSupplier elapsed) {
    this.sets = sets;
    this.elapsed = elapsed;
    this.begun = elapsed.getAsLong();
  }

  /**
   * Ids that wait.
   *
   * @param urgency of which urgency
   * @param keys in order
   */
  record Page(int urgency, List<SequenceKey> keys) {}

  /**
   * Reads on.
   *
   * @param limit the most ids
   * @return a page with at least one id; empty at the end of a pass
   */
  Optional<Page> next(int limit) {
    if (!isToEnd && passedBy > 0 && passedBy < FEW && elapsed.getAsLong() - begun > ANEW_NANOS) {
      begin();
    }
    while (urgency < BackfillSets.URGENCIES) {
      List<SequenceKey> keys =
          empty[urgency] ? List.of() : sets.page(sets.waiting(urgency), after, limit);
      if (!keys.isEmpty()) {
        return Optional.of(new Page(urgency, keys));
      }
      empty[urgency] |= after.isEmpty();
      urgency++;
      after = Optional.empty();
    }
    begin();
    return Optional.empty();
  }

  /** Goes past ids of the page that was read last; those that were passed by stay. */
  void past(SequenceKey last, int stay) {
    after = Optional.of(last);
    passedBy += stay;
  }

  /** Goes by what it finds, as others may have changed what waits; a pass to its end goes on. */
  void forget() {
    Arrays.fill(empty, false);
    if (!isToEnd) {
      begin();
    }
  }

  /** Has the pass go on to its end, however few it passes by. */
  void goOnToTheEnd() {
    isToEnd = true;
  }

  /** Tells whether nothing waits any more. */
  boolean isExhausted() {
    for (boolean one : empty) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  private void begin() {
    urgency = 0;
    after = Optional.empty();
    begun = elapsed.getAsLong();
    passedBy = 0;
    isToEnd = false;
  }
}
