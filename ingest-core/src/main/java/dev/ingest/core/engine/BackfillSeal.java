package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Seals what has become of the ids of a backfill as it is cancelled: copies each id of the list
 * into one set of its own, and counts the copies.
 *
 * <p>Nothing can keep a node that stood still meanwhile from writing an outcome into the sets that
 * it knows, whenever it wakes up. So what a cancelled backfill tells is read from sets whose name
 * nobody else knew, and the record tells the name in the very change by which it is CANCELLED.
 * Nothing is ever written there again: what comes late is not seen, and its id stays pending.
 * Whoever fails here takes the copies away again as far as the ledger lets it, and whoever goes on
 * makes others; a process that dies leaves those that it has made, which nobody reads.
 *
 * <p>An id with two outcomes has the worse, as at every end ({@link BackfillCheck}); one with none
 * is pending, also if it is in no set at all. Holds what is running, and a page. For one thread.
 */
final class BackfillSeal {

  private final BackfillTools tools;
  private final BackfillRecord record;
  private final BackfillSets from;
  private final BackfillSets to;
  private final String seal;
  private final List<Integer> causes = new ArrayList<>();
  private final Long[] failed;
  private long done;
  private long unrecoverable;
  private long running;
  private long waiting;

  /**
   * Prepares the sealing.
   *
   * @param seal 16 hexadecimal digits that no sealing had before
   */
  BackfillSeal(BackfillTools tools, BackfillRecord record, String seal) {
    this.tools = tools;
    this.record = record;
    this.from = tools.sets(record);
    this.seal = seal;
    this.to = from.sealed(seal);
    this.failed = record.tally().causes().stream().map(cause -> 0L).toArray(Long[]::new);
  }

  /**
   * What was sealed.
   *
   * @param seal of the sets that have it
   * @param tally how many ids are in which of them
   */
  record Sealed(String seal, BackfillRecord.Tally tally) {}

  Sealed run() {
    try {
      return seal();
    } catch (RuntimeException e) {
      discard(e);
      throw e;
    }
  }

  private Sealed seal() {
    BackfillRecord.Tally before = record.tally();
    if (before.planned() + before.unrecoverable() == 0) {
      // Cancelled before its list was complete: nothing was planned.
      return new Sealed(seal, before);
    }
    BackfillDoubts doubts = new BackfillDoubts(record.name());
    Set<SequenceKey> started = new BackfillRecovery(tools, record, doubts).run().running().keySet();
    // What is sealed is for good.
    doubts.check();
    for (int cause = 0; cause < failed.length; cause++) {
      if (!from.page(from.failed(cause), Optional.empty(), 1).isEmpty()) {
        causes.add(cause);
      }
    }
    BackfillRecord.Frozen[] walked = {BackfillRecord.Frozen.NEW};
    from.each(
        from.listed(),
        page -> {
          walked[0] = walked[0].past(page);
          copy(page, started);
          tools.goOn().run();
        });
    boolean isFrozen =
        walked[0].count() == record.list().count()
            && walked[0].digest().equals(record.list().digest());
    if (!isFrozen) {
      dropUnplanned();
    }
    return new Sealed(
        seal,
        new BackfillRecord.Tally(
            isFrozen ? walked[0].count() - unrecoverable : Math.max(before.planned(), inSets()),
            unrecoverable,
            done,
            running,
            before.causes(),
            List.of(failed)));
  }

  /** A page of the list may have been held, and cancelled before it was counted as planned. */
  private long inSets() {
    long failedInAll = 0;
    for (Long count : failed) {
      failedInAll += count;
    }
    return done + failedInAll + running + waiting;
  }

  private void discard(RuntimeException failure) {
    List<ControlRecord.Key> copies = new ArrayList<>();
    causes.forEach(cause -> copies.add(to.failed(cause)));
    copies.addAll(List.of(to.done(), to.unrecoverable(), to.running(), waiting()));
    try {
      copies.forEach(set -> to.each(set, page -> to.remove(set, page)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void copy(List<SequenceKey> page, Set<SequenceKey> started) {
    TreeSet<SequenceKey> rest = new TreeSet<>(page);
    for (int cause : causes) {
      failed[cause] += move(rest, from.failed(cause), to.failed(cause));
    }
    done += move(rest, from.done(), to.done());
    unrecoverable += move(rest, from.unrecoverable(), to.unrecoverable());
    List<SequenceKey> underWay = rest.stream().filter(started::contains).toList();
    underWay.forEach(rest::remove);
    to.add(to.running(), underWay);
    to.add(waiting(), rest);
    running += underWay.size();
    waiting += rest.size();
  }

  private long move(Collection<SequenceKey> rest, ControlRecord.Key set, ControlRecord.Key copy) {
    Set<SequenceKey> members = rest.isEmpty() ? Set.of() : from.among(set, rest);
    to.add(copy, members);
    rest.removeAll(members);
    return members.size();
  }

  private ControlRecord.Key waiting() {
    return to.waiting(BackfillSets.URGENCIES - 1);
  }

  /** Where the list is not the one that was frozen, what waits nowhere was never planned. */
  private void dropUnplanned() {
    to.each(
        waiting(),
        page -> {
          TreeSet<SequenceKey> strays = new TreeSet<>(page);
          for (int urgency = 0; urgency < BackfillSets.URGENCIES && !strays.isEmpty(); urgency++) {
            strays.removeAll(from.among(from.waiting(urgency), strays));
          }
          to.remove(waiting(), strays);
          waiting -= strays.size();
          tools.goOn().run();
        });
  }
}
