package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the outcomes of a backfill with its frozen list, id by id: planned = done ⊎ failed ⊎
 * pending (invariant S11), of which pending must be none.
 *
 * <p>The list is walked in order beside every set of outcomes, a page of each in memory. An id with
 * two outcomes, which nodes leave that knew nothing of each other, has the worse from then on; one
 * with none waits again. The digest of the list must be that of when it was frozen, or become it
 * without ids that have no outcome, which were written too late. For one thread.
 */
final class BackfillCheck {

  private static final int PAGE = 500;
  private static final int FIXES = 500;
  private static final int SAMPLES = 10;

  /** Two pages of a selection, of which a process that is slow writes one. */
  private static final int MAX_STRAYS = 2 * ScanQuery.MAX_LIMIT;

  private static final Logger LOG = LoggerFactory.getLogger(BackfillCheck.class);

  private final BackfillTools tools;
  private final BackfillRecord record;
  private final BackfillSets sets;
  private final Map<ControlRecord.Key, List<SequenceKey>> surplus = new LinkedHashMap<>();
  private final List<SequenceKey> missing = new ArrayList<>();

  /** Without an outcome and not under way: left out, or strays; the digest tells which. */
  private final List<SequenceKey> nowhere = new ArrayList<>();

  private boolean isNowhereCut;
  private long done;
  private long unrecoverable;
  private long missed;
  private final long[] failed;

  BackfillCheck(BackfillTools tools, BackfillRecord record) {
    this.tools = tools;
    this.record = record;
    this.sets = tools.sets(record);
    this.failed = new long[record.tally().causes().size()];
  }

  /**
   * What was found.
   *
   * @param tally the counts, which are exact
   * @param missed how many have no outcome; they wait again
   */
  record Found(BackfillRecord.Tally tally, long missed) {}

  /**
   * Compares.
   *
   * @throws IllegalStateException if the list is not the one that was frozen, or an outcome is of
   *     no id on it
   */
  Found run() {
    Cursor list = new Cursor(sets.listed());
    Cursor proven = new Cursor(sets.done());
    Cursor gone = new Cursor(sets.unrecoverable());
    List<Cursor> causes = new ArrayList<>();
    for (int cause = 0; cause < failed.length; cause++) {
      causes.add(new Cursor(sets.failed(cause)));
    }
    BackfillRecord.Frozen walked = BackfillRecord.Frozen.NEW;
    for (SequenceKey key = list.peek(); key != null; key = list.peek()) {
      walked = walked.past(List.of(key));
      judge(key, proven, gone, causes);
      list.next();
      if (walked.count() % PAGE == 0) {
        tools.goOn().run();
      }
    }
    Stream.concat(Stream.of(proven, gone), causes.stream()).forEach(this::requireEnded);
    mend();
    if (isFrozen(walked)) {
      haveWait(nowhere);
    } else if (!dropStrays()) {
      throw new IllegalStateException(
          "the list of backfill %s was frozen with %d ids and digest %s, and has %d and %s: "
              .concat("the ledger was changed by hand, or damaged")
              .formatted(
                  record.name(),
                  record.list().count(),
                  record.list().digest(),
                  walked.count(),
                  walked.digest()));
    }
    return found();
  }

  private boolean isFrozen(BackfillRecord.Frozen walked) {
    return walked.count() == record.list().count()
        && walked.digest().equals(record.list().digest());
  }

  /**
   * Takes from the list what came onto it after it was frozen: of two processes that freeze one
   * list, the slower writes a page of what it selected when the other is past it. Nobody counted
   * that as planned, held it or put it among those that wait. The digest proves that it is such:
   * the list without what has no outcome is then exactly the one that was frozen.
   *
   * @return whether that is so; nothing was changed if not
   */
  private boolean dropStrays() {
    if (nowhere.isEmpty() || isNowhereCut) {
      return false;
    }
    Set<SequenceKey> strays = new HashSet<>(nowhere);
    BackfillRecord.Frozen rest = BackfillRecord.Frozen.NEW;
    Cursor list = new Cursor(sets.listed());
    for (SequenceKey key = list.peek(); key != null; key = list.peek()) {
      if (!strays.contains(key)) {
        rest = rest.past(List.of(key));
        if (rest.count() % PAGE == 0) {
          tools.goOn().run();
        }
      }
      list.next();
    }
    if (!isFrozen(rest)) {
      return false;
    }
    LOG.warn(
        "backfill {}: {} ids came onto its list after it was frozen, by a process that was slow to "
            + "freeze it; they are taken from it, and were never part of it: {}",
        record.name(),
        nowhere.size(),
        nowhere.stream().limit(SAMPLES).toList());
    // Another backfill may hand its hold over to this one as long as an id is on the list.
    BackfillHolds holds = tools.holds(record);
    sets.batches(nowhere, holds::release);
    sets.remove(sets.listed(), nowhere);
    sets.batches(nowhere, holds::release);
    missed -= nowhere.size();
    return true;
  }

  /** The worst outcome counts: failed, then none to be had, then done. */
  private void judge(SequenceKey key, Cursor proven, Cursor gone, List<Cursor> causes) {
    int cause = -1;
    for (int i = 0; i < causes.size(); i++) {
      if (causes.get(i).takes(key)) {
        if (cause < 0) {
          cause = i;
        } else {
          drop(sets.failed(i), key);
        }
      }
    }
    boolean isDone = proven.takes(key);
    boolean isGone = gone.takes(key);
    if (cause >= 0) {
      failed[cause]++;
    } else if (isDone) {
      done++;
    } else if (isGone) {
      unrecoverable++;
    } else {
      missed++;
      missing.add(key);
      if (missing.size() == FIXES) {
        mend();
      }
    }
    if (cause >= 0 && isDone) {
      drop(sets.done(), key);
    }
    if (isGone && (cause >= 0 || isDone)) {
      drop(sets.unrecoverable(), key);
    }
  }

  private void drop(ControlRecord.Key set, SequenceKey key) {
    List<SequenceKey> keys = surplus.computeIfAbsent(set, none -> new ArrayList<>());
    keys.add(key);
    if (keys.size() == FIXES) {
      mend();
    }
  }

  private void mend() {
    surplus.forEach(sets::remove);
    surplus.clear();
    Set<SequenceKey> underWay = sets.among(sets.running(), missing);
    haveWait(underWay);
    missing.stream().filter(key -> !underWay.contains(key)).forEach(nowhere::add);
    missing.clear();
    if (nowhere.size() > MAX_STRAYS) {
      isNowhereCut = true;
      haveWait(nowhere);
      nowhere.clear();
    }
  }

  private void haveWait(Collection<SequenceKey> keys) {
    sets.add(sets.waiting(BackfillSets.URGENCIES - 1), keys);
  }

  private void requireEnded(Cursor cursor) {
    SequenceKey extra = cursor.peek();
    if (extra != null) {
      throw new IllegalStateException(
          "backfill %s has an outcome of %s, which is not on its list: "
              .concat("the ledger was changed by hand, or damaged")
              .formatted(record.name(), extra));
    }
  }

  private Found found() {
    List<Long> counts = new ArrayList<>();
    for (long count : failed) {
      counts.add(count);
    }
    return new Found(
        new BackfillRecord.Tally(
            record.list().count() - unrecoverable,
            unrecoverable,
            done,
            0,
            record.tally().causes(),
            counts),
        missed);
  }

  /** Goes through a set in order. */
  private final class Cursor {

    private final ControlRecord.Key set;
    private final Deque<SequenceKey> page = new ArrayDeque<>();
    private Optional<SequenceKey> after = Optional.empty();
    private boolean more = true;

    Cursor(ControlRecord.Key set) {
      this.set = set;
    }

    @Nullable SequenceKey peek() {
      if (page.isEmpty() && more) {
        List<SequenceKey> read = sets.page(set, after, PAGE);
        page.addAll(read);
        more = read.size() == Math.min(PAGE, sets.most());
        after = read.isEmpty() ? after : Optional.of(read.get(read.size() - 1));
      }
      return page.peek();
    }

    void next() {
      page.poll();
    }

    /** Tells whether this key is next, and goes past it; one that comes before it is on no list. */
    boolean takes(SequenceKey key) {
      SequenceKey next = peek();
      if (next == null || next.compareTo(key) > 0) {
        return false;
      }
      if (next.compareTo(key) < 0) {
        requireEnded(this);
      }
      next();
      return true;
    }
  }
}
