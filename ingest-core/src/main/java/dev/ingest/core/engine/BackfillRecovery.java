package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds out where each id of a backfill is, when a node takes it over or a step was cut off.
 *
 * <p>One is put down as running before its run is started, and taken from there after its outcome
 * is written. So of those that are running it is found out whether they have an outcome, and
 * whether their run was started at all, which the history tells. One that was not started stays put
 * down as well: another node may be about to start it, and then to take it from those that wait.
 *
 * <p>All sets of outcomes are counted, an id that is in two of them once ({@link BackfillPlaces});
 * and what is planned is what was frozen without what is unrecoverable. Holds what is running, and
 * a page.
 *
 * <p>It takes ids from where they were only while it is its node's turn. One that stands still
 * between that look and the removal may take away what another node has put there meanwhile; such
 * an id is in no set until the walk along the list, with which a backfill ends, finds it without an
 * outcome and has it wait again ({@link BackfillCheck}).
 *
 * <p>For one thread.
 */
final class BackfillRecovery {

  private final BackfillTools tools;
  private final BackfillRecord record;
  private final BackfillSets sets;
  private final TreeSet<SequenceKey> running = new TreeSet<>();
  private final TreeSet<SequenceKey> ended = new TreeSet<>();
  private final List<SequenceKey> unclear = new ArrayList<>();
  private final BackfillDoubts doubts;

  BackfillRecovery(BackfillTools tools, BackfillRecord record, BackfillDoubts doubts) {
    this.tools = tools;
    this.record = record;
    this.sets = tools.sets(record);
    this.doubts = doubts;
  }

  /**
   * What was found.
   *
   * @param tally the counts
   * @param running the runs that were started and have no outcome, with their epochs
   * @param unclear those put down as running of which it is not known whether they were started
   */
  record Found(
      BackfillRecord.Tally tally, Map<SequenceKey, Integer> running, List<SequenceKey> unclear) {}

  Found run() {
    sets.each(sets.running(), running::addAll);
    BackfillPlaces places = new BackfillPlaces(sets);
    List<Long> failed = new ArrayList<>();
    for (int cause = 0; cause < record.tally().causes().size(); cause++) {
      failed.add(count(places, sets.failed(cause)));
    }
    long done = count(places, sets.done());
    Map<SequenceKey, Integer> started = new TreeMap<>();
    running.removeAll(ended);
    sets.batches(running, batch -> look(batch, started));
    long unrecoverable = countGone(places, started.keySet());
    // Those that were not started wait still, since they are taken from there last.
    List<SequenceKey> elsewhere = new ArrayList<>(started.keySet());
    elsewhere.addAll(ended);
    if (!elsewhere.isEmpty()) {
      for (int urgency = 0; urgency < BackfillSets.URGENCIES; urgency++) {
        take(sets.waiting(urgency), elsewhere);
      }
    }
    take(sets.running(), ended);
    BackfillRecord.Tally before = record.tally();
    return new Found(
        new BackfillRecord.Tally(
            before.planned() + before.unrecoverable() - unrecoverable,
            unrecoverable,
            done,
            started.size(),
            before.causes(),
            failed),
        started,
        unclear);
  }

  /** Takes ids from a set if it is still this node's turn: another one may have put them there. */
  private void take(ControlRecord.Key set, Collection<SequenceKey> keys) {
    if (!keys.isEmpty()) {
      tools.goOn().run();
      sets.remove(set, keys);
    }
  }

  /** Counts an outcome, and notes which of the running ones have it. */
  private long count(BackfillPlaces places, ControlRecord.Key outcome) {
    long[] count = {0};
    places.each(
        outcome,
        page -> {
          count[0] += page.size();
          page.stream().filter(running::contains).forEach(ended::add);
          tools.goOn().run();
        });
    return count[0];
  }

  /** Counts what is unrecoverable, unless it has been started since. */
  private long countGone(BackfillPlaces places, Set<SequenceKey> started) {
    List<SequenceKey> revived = new ArrayList<>();
    long[] count = {0};
    places.each(
        sets.unrecoverable(),
        page -> {
          page.stream().filter(started::contains).forEach(revived::add);
          count[0] += page.size();
          tools.goOn().run();
        });
    take(sets.unrecoverable(), revived);
    return count[0] - revived.size();
  }

  private void look(List<SequenceKey> keys, Map<SequenceKey, Integer> started) {
    List<Optional<Entry>> entries = tools.node().ledger().ledger().find(keys);
    for (int i = 0; i < keys.size(); i++) {
      look(keys.get(i), entries.get(i), started);
    }
    tools.goOn().run();
  }

  private void look(SequenceKey key, Optional<Entry> entry, Map<SequenceKey, Integer> started) {
    if (doubts.areMany()) {
      unclear.add(key);
      return;
    }
    try {
      entry
          .flatMap(one -> tools.starter().started(one, record.self()))
          .ifPresent(epoch -> started.put(key, epoch));
    } catch (RuntimeException e) {
      doubts.ofStart(key, e);
      unclear.add(key);
    }
  }
}
