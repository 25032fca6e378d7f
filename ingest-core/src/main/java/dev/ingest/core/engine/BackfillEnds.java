package dev.ingest.core.engine;

import dev.ingest.core.BackfillCause;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks how the runs of a backfill stand. One whose look fails runs on for the backfill; a tick
 * that has many of these is cut off, and the next one begins behind the last of them. For one
 * thread.
 */
final class BackfillEnds {

  private final BackfillTools tools;
  private final BackfillSets sets;
  private final BackfillRecord record;
  private final BackfillDoubts doubts;

  /** Those put down as running of which it is not known whether a run was started. */
  private final NavigableSet<SequenceKey> unclear = new TreeSet<>();

  private Optional<SequenceKey> asked = Optional.empty();
  private Optional<SequenceKey> looked = Optional.empty();

  BackfillEnds(BackfillTools tools, BackfillRecord record, BackfillDoubts doubts) {
    this.tools = tools;
    this.sets = tools.sets(record);
    this.record = record;
    this.doubts = doubts;
  }

  /** How runs were found. */
  static final class Looked {
    private final List<SequenceKey> proven = new ArrayList<>();
    private final Map<String, List<SequenceKey>> failed = new TreeMap<>();
    private final List<SequenceKey> unheld = new ArrayList<>();
    private long redriven;

    List<SequenceKey> proven() {
      return proven;
    }

    /** Those that failed, by the code of their cause. */
    Map<String, List<SequenceKey>> failed() {
      return failed;
    }

    /** Those that somebody has let go of, while they are needed. */
    List<SequenceKey> unheld() {
      return unheld;
    }

    long redriven() {
      return redriven;
    }
  }

  void recovered(Collection<SequenceKey> notKnown) {
    unclear.clear();
    unclear.addAll(notKnown);
    asked = Optional.empty();
    looked = Optional.empty();
  }

  boolean areAllClear() {
    return unclear.isEmpty();
  }

  /**
   * Asks anew of which it was not known whether they were started. One that was not waits on.
   *
   * @param running the runs with their epochs, to which those that were started come
   * @return those that were started
   */
  List<SequenceKey> findOut(Map<SequenceKey, Integer> running) {
    unclear.removeAll(running.keySet());
    List<SequenceKey> started = new ArrayList<>();
    if (unclear.isEmpty()) {
      return started;
    }
    doubts.beginStep();
    asked =
        each(
            inTurn(unclear, asked),
            (key, entry) -> {
              Optional<Integer> epoch =
                  entry.flatMap(one -> tools.starter().started(one, record.self()));
              epoch.ifPresent(found -> running.put(key, found));
              epoch.ifPresent(found -> started.add(key));
              unclear.remove(key);
            });
    return started;
  }

  Looked look(NavigableMap<SequenceKey, Integer> running) {
    Looked found = new Looked();
    doubts.beginStep();
    looked =
        each(
            inTurn(running.navigableKeySet(), looked),
            (key, entry) -> look(key, entry, Objects.requireNonNull(running.get(key)), found));
    return found;
  }

  private static List<SequenceKey> inTurn(
      NavigableSet<SequenceKey> keys, Optional<SequenceKey> after) {
    List<SequenceKey> inTurn = new ArrayList<>(after.map(keys::tailSet).orElse(keys));
    after.map(keys::headSet).ifPresent(inTurn::addAll);
    return inTurn;
  }

  /** What is done with an id, of whatever the ledger has of it. */
  private interface Look {
    void at(SequenceKey key, Optional<Entry> entry);
  }

  /** Looks at keys in turn; returns where the next tick begins, if this one was cut off. */
  private Optional<SequenceKey> each(List<SequenceKey> keys, Look look) {
    int most = sets.most();
    for (int from = 0; from < keys.size(); from += most) {
      List<SequenceKey> batch = keys.subList(from, Math.min(from + most, keys.size()));
      List<Optional<Entry>> entries = tools.node().ledger().ledger().find(batch);
      for (int i = 0; i < batch.size(); i++) {
        SequenceKey key = batch.get(i);
        if (doubts.areMany()) {
          return Optional.of(key);
        }
        try {
          look.at(key, entries.get(i));
        } catch (RuntimeException e) {
          doubts.ofEnd(key, e);
        }
      }
    }
    return Optional.empty();
  }

  private void look(SequenceKey key, Optional<Entry> entry, int epoch, Looked found) {
    RunStarter.End end =
        entry
            .map(one -> tools.starter().look(one, epoch, record.name()))
            .orElseGet(() -> new RunStarter.End.Failed(BackfillCause.UNRECOVERABLE.name()));
    if (end instanceof RunStarter.End.Proven) {
      found.proven.add(key);
      return;
    }
    entry
        .filter(one -> one.standing().hold().isEmpty() && BackfillHolds.isRecoverable(one))
        .ifPresent(one -> found.unheld.add(key));
    if (end instanceof RunStarter.End.Failed why) {
      found.failed.computeIfAbsent(why.code(), none -> new ArrayList<>()).add(key);
    } else if (entry.filter(one -> one.state().isInFlight()).isPresent()) {
      found.redriven++;
    }
  }
}
