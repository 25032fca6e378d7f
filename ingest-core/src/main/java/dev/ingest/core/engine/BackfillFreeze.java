package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.report.Selecting;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Freezes a backfill's list, in steps of a page each.
 *
 * <p><b>First the list, then the holds.</b> What is selected is put into the set of listed ids page
 * by page; when the last page is in, the list is complete and nothing is added to it any more. Then
 * it is walked from its start: a page's raw bytes are held, its ids are put among those that wait,
 * or among the unrecoverable, and only then does the record go past it. So no id counts as planned
 * before it is held, and nothing is held that is not listed, which would be held for ever.
 *
 * <p><b>Crashes, and two at a time.</b> Each step begins at the key that the record has reached and
 * ends with a compare-and-set of it. One that is cut off is repeated and finds its own holds and
 * members; two that do the same page at a time differ at most in where they put an id that changed
 * in between, and whoever runs it, or ends the backfill, finds it in both places.
 *
 * <p>For one thread.
 */
final class BackfillFreeze {

  /** How often a list of given ids that is being written is seen to move. */
  private static final Duration NOTED = Duration.ofMinutes(1);

  private final BackfillTools tools;

  BackfillFreeze(BackfillTools tools) {
    this.tools = tools;
  }

  /**
   * Writes given ids into the list of a backfill that is COLLECTING, those that the query selects
   * and those that the ledger does not know.
   */
  BackfillRecord collect(BackfillRecord record, SortedSet<SequenceKey> given) {
    BackfillSets sets = tools.sets(record);
    Selecting selecting = new Selecting(tools.node().ledger(), record.order().query());
    long[] untold = {0};
    Instant[] movedAt = {now()};
    sets.batches(
        given,
        batch -> {
          Selecting.Page page = selecting.among(batch);
          sets.add(sets.listed(), keys(page.selected()));
          sets.add(sets.listed(), page.unknown());
          untold[0] += page.untold();
          noteThatItMoves(record.name(), movedAt);
          tools.goOn().run();
        });
    return tools
        .book()
        .change(
            record.name(),
            now ->
                now.phase() == BackfillPhase.COLLECTING
                    ? now.with(now.list().reached(now.list().reached(), untold[0]))
                        .in(BackfillPhase.HOLDING)
                    : now);
  }

  /** What is given may be long; who looks at the record sees once a minute that it is written. */
  private void noteThatItMoves(String name, Instant[] movedAt) {
    Instant now = now();
    if (!now.isBefore(movedAt[0].plus(NOTED))) {
      movedAt[0] = now;
      tools
          .book()
          .change(
              name,
              seen ->
                  seen.phase() == BackfillPhase.COLLECTING
                      ? seen.with(seen.motion().movedAt(now))
                      : seen);
    }
  }

  /**
   * Does one step of a backfill that is LISTING or HOLDING.
   *
   * @return the record as it is now
   */
  BackfillRecord step(BackfillRecord record) {
    return switch (record.phase()) {
      case LISTING -> list(record);
      case HOLDING -> hold(record);
      case COLLECTING,
          FROZEN,
          RUNNING,
          PAUSED,
          ENDING,
          COMPLETE,
          INCOMPLETE,
          CANCELLING,
          CANCELLED ->
          record;
    };
  }

  private BackfillRecord list(BackfillRecord record) {
    BackfillSets sets = tools.sets(record);
    Selecting.Page page =
        new Selecting(tools.node().ledger(), record.order().query()).after(record.list().reached());
    sets.add(sets.listed(), keys(page.selected()));
    return move(
        record,
        now -> {
          BackfillRecord.Frozen next = now.list().reached(page.reached(), page.untold());
          return page.more()
              ? now.with(next)
              : now.with(next.reached(Optional.empty(), 0)).in(BackfillPhase.HOLDING);
        });
  }

  /**
   * Holds ids before the record has come to them, as some of a page before them cannot be held.
   * Nothing of this counts as planned.
   *
   * @throws IncompleteTickException if that is not known of some of them
   */
  void holdAhead(BackfillRecord record, List<SequenceKey> keys) {
    place(record, keys);
  }

  /** Holds ids; those of a page of which not all could be held go again if it was cancelled. */
  private BackfillHolds.Held place(BackfillRecord record, List<SequenceKey> keys) {
    try {
      return tools.holds(record).place(keys);
    } catch (RuntimeException e) {
      releaseIfCancelled(record, keys, e);
      throw e;
    }
  }

  private void releaseIfCancelled(
      BackfillRecord record, List<SequenceKey> keys, RuntimeException failure) {
    try {
      Optional<BackfillRecord> now = tools.book().find(record.name());
      if (now.filter(one -> isCancelled(one.phase())).isPresent()) {
        tools.holds(record).release(keys);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static boolean isCancelled(BackfillPhase phase) {
    return phase == BackfillPhase.CANCELLING || phase == BackfillPhase.CANCELLED;
  }

  private BackfillRecord hold(BackfillRecord record) {
    BackfillSets sets = tools.sets(record);
    List<SequenceKey> keys = sets.listed(record.list().reached());
    BackfillHolds.Held held = place(record, keys);
    // By the time of the order, so that a step that is repeated puts each where it is already.
    Instant asOf = record.last().at();
    TreeMap<Integer, List<SequenceKey>> byUrgency = new TreeMap<>();
    for (Entry entry : held.held()) {
      byUrgency
          .computeIfAbsent(
              BackfillSets.urgency(entry.receipt().expiresAt(), asOf), none -> new ArrayList<>())
          .add(entry.key());
    }
    byUrgency.forEach((urgency, ids) -> sets.add(sets.waiting(urgency), ids));
    sets.add(sets.unrecoverable(), held.gone());
    BackfillRecord after =
        move(
            record,
            seen -> {
              BackfillRecord past =
                  seen.with(seen.list().past(keys))
                      .with(seen.tally().heldMore(held.held().size(), held.gone().size()));
              return keys.size() < sets.most() ? past.in(BackfillPhase.FROZEN) : past;
            });
    if (isCancelled(after.phase())) {
      // The cancellation may have come past them before they were held.
      tools.holds(record).release(keys);
    }
    return after;
  }

  /** Goes on from what was seen, or leaves it as others have moved it meanwhile. */
  private BackfillRecord move(BackfillRecord seen, UnaryOperator<BackfillRecord> next) {
    Instant movedAt = now();
    return tools
        .book()
        .change(
            seen.name(),
            now ->
                now.phase() == seen.phase() && now.list().equals(seen.list())
                    ? next.apply(now.with(now.motion().movedAt(movedAt)))
                    : now);
  }

  private Instant now() {
    return tools.node().ledger().ledger().now();
  }

  private static List<SequenceKey> keys(List<Entry> entries) {
    return entries.stream().map(Entry::key).toList();
  }
}
