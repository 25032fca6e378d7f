package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds out where each id of a backfill is, when a node takes it over or a step was cut off.
 *
 * <p>Only ids that are put down as running can be in two places: one is put there before its run is
 * started, and taken from there after its outcome is written. So all sets are counted once, and of
 * those that are running it is found out whether they have an outcome, and whether their run was
 * started at all, which the history tells. Holds what is running, and a page.
 *
 * <p>For one thread.
 */
final class BackfillRecovery {

  private final BackfillTools tools;
  private final BackfillRecord record;
  private final BackfillSets sets;
  private final TreeSet<SequenceKey> running = new TreeSet<>();
  private final TreeSet<SequenceKey> ended = new TreeSet<>();

  BackfillRecovery(BackfillTools tools, BackfillRecord record) {
    this.tools = tools;
    this.record = record;
    this.sets = tools.sets(record);
  }

  /**
   * What was found.
   *
   * @param tally the counts
   * @param running the runs that were started and have no outcome, with their epochs
   */
  record Found(BackfillRecord.Tally tally, Map<SequenceKey, Integer> running) {}

  Found run() {
    sets.each(sets.running(), running::addAll);
    long done = count(sets.done());
    List<Long> failed = new ArrayList<>();
    for (int cause = 0; cause < record.tally().causes().size(); cause++) {
      failed.add(count(sets.failed(cause)));
    }
    Map<SequenceKey, Integer> started = new TreeMap<>();
    List<SequenceKey> notStarted = new ArrayList<>();
    running.removeAll(ended);
    sets.batches(running, batch -> look(batch, started, notStarted));
    // Those that were not started wait still, since they are taken from there last.
    List<SequenceKey> elsewhere = new ArrayList<>(started.keySet());
    elsewhere.addAll(ended);
    if (!elsewhere.isEmpty()) {
      for (int urgency = 0; urgency < BackfillSets.URGENCIES; urgency++) {
        sets.remove(sets.waiting(urgency), elsewhere);
      }
    }
    sets.remove(sets.running(), ended);
    sets.remove(sets.running(), notStarted);
    BackfillRecord.Tally before = record.tally();
    return new Found(
        new BackfillRecord.Tally(
            before.planned(),
            before.unrecoverable(),
            done,
            started.size(),
            before.causes(),
            failed),
        started);
  }

  /** Counts an outcome, and notes which of the running ones have it. */
  private long count(ControlRecord.Key outcome) {
    long[] count = {0};
    sets.each(
        outcome,
        page -> {
          count[0] += page.size();
          page.stream().filter(running::contains).forEach(ended::add);
          tools.goOn().run();
        });
    return count[0];
  }

  private void look(
      List<SequenceKey> keys, Map<SequenceKey, Integer> started, List<SequenceKey> notStarted) {
    List<Optional<Entry>> entries = tools.node().ledger().ledger().find(keys);
    for (int i = 0; i < keys.size(); i++) {
      Optional<Integer> epoch =
          entries.get(i).flatMap(entry -> tools.starter().started(entry, record.self()));
      if (epoch.isPresent()) {
        started.put(keys.get(i), epoch.get());
      } else {
        notStarted.add(keys.get(i));
      }
    }
    tools.goOn().run();
  }
}
