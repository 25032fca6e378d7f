package dev.ingest.core.engine;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.BackfillPhase;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Runs the ids of one backfill: looks which runs have ended, and starts others in their place.
 *
 * <p><b>Each id once.</b> An id is put down as running, then its run is committed of its entry
 * exactly as it was read, then it is taken from those that wait. Before that, the history up to
 * that entry was asked whether this backfill has started it before; so whoever comes second, after
 * a crash or beside another node, is refused or finds the run that there is. Whoever is refused
 * leaves the id where it has put it down: somebody else may have started it, and have taken it from
 * those that wait. It is taken from what runs only once it has an outcome, and so has a place; what
 * a node that stood still takes away all the same is found at the end ({@link BackfillCheck}).
 *
 * <p><b>Proof.</b> An id is done when its entry shows, as the result that readers see, that of the
 * very epoch which this backfill started. What somebody else's run has made, whenever, is a failure
 * that says so.
 *
 * <p>A tick that is cut off leaves an id in two places at most; the next begins with {@link
 * BackfillRecovery}. Holds the runs that are under way, and a page. For one thread.
 */
final class BackfillRun {

  private static final int MAX_LOOKED = 5_000;
  private static final int LEAST_PAGE = 100;

  /** The causes of what fails before its run is started, or is one of more than are told apart. */
  private static final Set<String> NOT_STARTED =
      Set.of(
          BackfillCause.UNRECOVERABLE.name(),
          BackfillCause.START_REFUSED.name(),
          BackfillCause.OTHER.name());

  private final BackfillTools tools;
  private final BackfillSets sets;
  private final BackfillHolds holds;
  private final String name;
  private final Rate rate;
  private final LiveTraffic live;
  private final BackfillDoubts doubts;
  private final BackfillEnds ends;
  private final TreeMap<SequenceKey, Integer> running = new TreeMap<>();
  private final BackfillWalk walk;
  private BackfillKeep keep;

  /** As this node wrote it last: another one in the record is that of a node that took over. */
  private BackfillRecord.Tally counted = BackfillRecord.Tally.NONE;

  private boolean isSound;
  private Optional<String> lacking = Optional.empty();
  private long redriven;

  /**
   * Prepares to run one.
   *
   * @param walk where this node was when it had the turn before
   */
  BackfillRun(BackfillTools tools, BackfillRecord record, BackfillWalk walk) {
    this.tools = tools;
    this.sets = tools.sets(record);
    this.holds = tools.holds(record);
    this.name = record.name();
    Seams seams = tools.node().seams();
    this.rate = new Rate(record.order().pace().perSecond(), seams.elapsed());
    this.live = new LiveTraffic(seams.elapsed());
    this.walk = walk;
    this.keep = BackfillKeep.ofOpen(tools, record);
    this.doubts = new BackfillDoubts(name);
    this.ends = new BackfillEnds(tools, record, doubts);
  }

  /**
   * What a tick has done.
   *
   * @param record the record after it
   * @param moved how many ids were started or have ended
   * @param lacking what this node lacks to start the others, if it does
   * @param doubt what is not known of an id, if there is one that was passed by
   */
  record Ticked(
      BackfillRecord record,
      int moved,
      Optional<String> lacking,
      Optional<IncompleteTickException> doubt) {

    Ticked(BackfillRecord record, int moved, Optional<String> lacking) {
      this(record, moved, lacking, Optional.empty());
    }
  }

  /** What a tick changes of the counts. */
  private static final class Changes {
    private int started;
    private long done;
    private final Map<Integer, Long> failed = new TreeMap<>();
    private long revived;
    private boolean areCounted;

    int moved() {
      return started + (int) done + failed.values().stream().mapToInt(Long::intValue).sum();
    }

    BackfillRecord.Tally applyTo(BackfillRecord.Tally tally, int running) {
      BackfillRecord.Tally changed = tally.revived(revived).counted(done, running);
      for (Map.Entry<Integer, Long> one : failed.entrySet()) {
        changed = changed.failedMore(one.getKey(), one.getValue());
      }
      return changed;
    }
  }

  /**
   * Does a tick.
   *
   * @param seen the record
   * @param starts whether runs are to be started
   */
  Ticked tick(BackfillRecord seen, boolean starts) {
    doubts.beginTick();
    BackfillRecord record = isSound && seen.tally().countsAs(counted) ? seen : recover();
    isSound = false;
    lacking = Optional.empty();
    if (record.phase().isOver() || !record.tally().countsAs(counted)) {
      return new Ticked(record, 0, lacking);
    }
    Changes changes = new Changes();
    settle(record, changes);
    if (starts) {
      start(record, changes);
    }
    doubts.attempt(() -> keep.step(record));
    boolean isThrough = starts && running.isEmpty() && ends.areAllClear() && walk.isExhausted();
    Instant now = tools.node().ledger().ledger().now();
    boolean isToWrite = changes.moved() > 0 || isThrough;
    BackfillRecord after =
        isToWrite
            ? tools.book().change(name, last -> moved(last, changes, now, isThrough))
            : record;
    if (isToWrite && changes.areCounted) {
      counted = after.tally();
    }
    // What was unrecoverable and is not any more may not have been counted so: it is counted anew.
    isSound = changes.revived == 0 && (!isToWrite || changes.areCounted);
    return new Ticked(after, changes.moved(), lacking, doubts.first());
  }

  /**
   * A node that stood still in a tick does not count on top of what another counted meanwhile, from
   * the same sets: it counts them anew in its next tick, if it still has one.
   */
  private BackfillRecord moved(
      BackfillRecord last, Changes changes, Instant now, boolean isThrough) {
    changes.areCounted = !last.phase().isOver() && last.tally().countsAs(counted);
    if (!changes.areCounted) {
      return last;
    }
    BackfillRecord.Tally tally = changes.applyTo(last.tally(), running.size());
    BackfillRecord moved =
        last.with(tally).with(last.motion().at(now, tally.ended(), changes.moved() > 0));
    return isThrough && moved.phase() == BackfillPhase.RUNNING
        ? moved.in(BackfillPhase.ENDING)
        : moved;
  }

  /** What another node has counted, or ended, meanwhile stays as it is. */
  private BackfillRecord recover() {
    BackfillRecord stored = tools.book().get(name);
    BackfillRecovery.Found found = new BackfillRecovery(tools, stored, doubts).run();
    running.clear();
    running.putAll(found.running());
    ends.recovered(found.unclear());
    walk.forget();
    keep = BackfillKeep.ofOpen(tools, stored);
    counted = found.tally();
    return tools
        .book()
        .change(
            name,
            last ->
                last.phase().isOver() || !last.tally().equals(stored.tally())
                    ? last
                    : last.with(found.tally()));
  }

  /** Looks which runs have ended. */
  private void settle(BackfillRecord record, Changes changes) {
    Set<SequenceKey> revived = sets.among(sets.unrecoverable(), ends.findOut(running));
    sets.remove(sets.unrecoverable(), revived);
    changes.revived += revived.size();
    BackfillEnds.Looked looked = ends.look(running);
    redriven = looked.redriven();
    tools.goOn().run();
    sets.batches(looked.unheld(), batch -> doubts.attempt(() -> holds.place(batch)));
    sets.add(sets.done(), looked.proven());
    changes.done += looked.proven().size();
    fail(record, looked.failed(), changes);
    sets.remove(sets.running(), looked.proven());
    looked.proven().forEach(running::remove);
    looked.failed().values().forEach(keys -> sets.remove(sets.running(), keys));
    looked.failed().values().forEach(keys -> keys.forEach(running::remove));
    sets.batches(looked.proven(), batch -> doubts.attempt(() -> holds.release(batch)));
  }

  /** Puts ids among the failed, each under its cause, which the record names first. */
  private void fail(BackfillRecord record, Map<String, List<SequenceKey>> failed, Changes changes) {
    BackfillRecord known = record;
    for (Map.Entry<String, List<SequenceKey>> one : failed.entrySet()) {
      String cause = one.getKey();
      if (known.tally().place(cause).isEmpty()) {
        known = tools.book().change(name, last -> knowing(last, cause));
      }
      if (known.phase() == BackfillPhase.CANCELLED) {
        return;
      }
      int place = known.tally().place(cause).orElseThrow();
      sets.add(sets.failed(place), one.getValue());
      changes.failed.merge(place, (long) one.getValue().size(), Long::sum);
    }
  }

  /** Of one that was sealed meanwhile nothing changes any more. */
  private static BackfillRecord knowing(BackfillRecord record, String cause) {
    return record.phase() == BackfillPhase.CANCELLED
        ? record
        : record.with(record.tally().knowing(cause));
  }

  private void start(BackfillRecord record, Changes changes) {
    int room = room(record);
    int looked = 0;
    doubts.beginStep();
    while (room > 0 && looked < MAX_LOOKED && !doubts.areMany()) {
      Optional<BackfillWalk.Page> page = walk.next(Math.max(room, LEAST_PAGE));
      if (page.isEmpty()) {
        return;
      }
      looked += page.get().keys().size();
      room -= start(record, page.get(), room, changes);
      tools.goOn().run();
    }
    if (doubts.areMany()) {
      walk.goOnToTheEnd();
    }
  }

  private int room(BackfillRecord record) {
    long inFlight = tools.node().ledger().ledger().census(Optional.empty()).inFlight();
    // A replacement runs beside a VERIFIED result, and is no part of what the census has in flight.
    int allowed =
        live.allowed(Math.max(0, inFlight - redriven), record.order().pace().concurrency());
    return (int) Math.min(allowed - running.size(), rate.available());
  }

  /** What is to be done with ids of a page. */
  private static final class Sorted {
    private final Map<SequenceKey, Entry> due = new LinkedHashMap<>();
    private final Map<String, List<SequenceKey>> failed = new TreeMap<>();
    private final Map<SequenceKey, Integer> found = new TreeMap<>();
    private final Set<SequenceKey> ended = new TreeSet<>();
    private final Set<SequenceKey> revived = new TreeSet<>();
    private int stay;
    private int looked;

    int taken() {
      return due.size() + found.size();
    }

    void fail(String code, SequenceKey key) {
      failed.computeIfAbsent(code, none -> new ArrayList<>()).add(key);
    }

    /** Ids that were begun before and are not known to run, or cannot run: others may know more. */
    Set<SequenceKey> doubtful(Set<SequenceKey> running) {
      Set<SequenceKey> doubtful = new TreeSet<>(found.keySet());
      doubtful.addAll(impossible());
      doubtful.removeAll(running);
      return doubtful;
    }

    List<SequenceKey> impossible() {
      return failed.values().stream().flatMap(List::stream).toList();
    }

    void end(Set<SequenceKey> already) {
      ended.addAll(already);
      due.keySet().removeAll(already);
      found.keySet().removeAll(already);
      failed.values().forEach(keys -> keys.removeAll(already));
      failed.values().removeIf(List::isEmpty);
    }
  }

  private int start(BackfillRecord record, BackfillWalk.Page page, int room, Changes changes) {
    Sorted sorted = sort(record, page.keys(), room);
    // First of all, so that a crash finds those that may be in two places.
    List<SequenceKey> concerned = new ArrayList<>(sorted.due.keySet());
    concerned.addAll(sorted.found.keySet());
    concerned.addAll(sorted.impossible());
    sets.add(sets.running(), concerned);
    sets.remove(sets.unrecoverable(), sorted.revived);
    changes.revived += sorted.revived.size();
    int back = begin(record, sorted);
    fail(record, sorted.failed, changes);
    List<SequenceKey> failed = sorted.impossible();
    List<SequenceKey> gone = new ArrayList<>(sorted.found.keySet());
    gone.addAll(failed);
    gone.addAll(sorted.ended);
    sets.remove(sets.waiting(page.urgency()), gone);
    sets.remove(sets.running(), failed);
    running.putAll(sorted.found);
    rate.take(sorted.found.size());
    changes.started += sorted.found.size();
    walk.past(page.keys().get(sorted.looked - 1), sorted.stay + back);
    return sorted.found.size();
  }

  private Sorted sort(BackfillRecord record, List<SequenceKey> keys, int room) {
    Sorted sorted = new Sorted();
    List<Optional<Entry>> entries = tools.node().ledger().ledger().find(keys);
    for (int i = 0; i < keys.size() && sorted.taken() < room && !doubts.areMany(); i++) {
      sorted.looked++;
      SequenceKey key = keys.get(i);
      Optional<Entry> entry = entries.get(i);
      Optional<Integer> epoch;
      try {
        epoch =
            Optional.ofNullable(running.get(key))
                .or(() -> entry.flatMap(one -> tools.starter().started(one, record.self())));
      } catch (RuntimeException e) {
        doubts.ofStart(key, e);
        sorted.stay++;
        continue;
      }
      if (epoch.isPresent()) {
        sorted.found.put(key, epoch.get());
      } else if (entry.filter(BackfillHolds::isRecoverable).isEmpty()) {
        sorted.fail(BackfillCause.UNRECOVERABLE.name(), key);
      } else if (tools.starter().isDue(entry.get()) && has(pipeline(record, entry.get()))) {
        sorted.due.put(key, entry.get());
      } else {
        sorted.stay++;
      }
    }
    compare(sorted);
    return sorted;
  }

  private String pipeline(BackfillRecord record, Entry entry) {
    return record.order().pipeline(name, entry.key(), entry.run().pipeline().name());
  }

  /** Tells whether this node can run a pipeline; what it cannot run waits for one that can. */
  private boolean has(String pipeline) {
    Optional<String> lacks = tools.starter().lacking(pipeline);
    lacking = lacks.or(() -> lacking);
    return lacks.isEmpty();
  }

  /**
   * Finds which ids have an outcome already. One that changed while it was put among those that
   * wait, by a step of the freeze that was cut off and repeated, waits in two places, and is met a
   * second time when its run is over, or could not be started; or waits beside being unrecoverable.
   * What was unrecoverable stays so, unless it has raw bytes again, and is then planned.
   */
  private void compare(Sorted sorted) {
    Set<SequenceKey> doubtful = sorted.doubtful(running.keySet());
    Set<SequenceKey> due = sorted.due.keySet();
    if (doubtful.isEmpty() && due.isEmpty()) {
      return;
    }
    Set<SequenceKey> all = new TreeSet<>(doubtful);
    all.addAll(due);
    Set<SequenceKey> ended = new TreeSet<>(sets.among(sets.done(), doubtful));
    BackfillRecord.Tally tally = tools.book().get(name).tally();
    for (int cause = 0; cause < tally.causes().size(); cause++) {
      // What is due was never started, and has at most an outcome that needs no start.
      boolean isWithoutStart = NOT_STARTED.contains(tally.causes().get(cause));
      ended.addAll(sets.among(sets.failed(cause), isWithoutStart ? all : doubtful));
    }
    Set<SequenceKey> gone = sets.among(sets.unrecoverable(), all);
    gone.removeAll(ended);
    sorted.revived.addAll(gone);
    sorted.revived.removeAll(sorted.impossible());
    gone.removeAll(sorted.revived);
    ended.addAll(gone);
    sorted.end(ended);
  }

  /** Starts what is due; returns how much was not and waits on. */
  private int begin(BackfillRecord record, Sorted sorted) {
    Instant now = tools.committer().time().ask();
    Map<SequenceKey, Supplier<RunStarter.Start>> begun = new LinkedHashMap<>();
    int back = 0;
    for (Map.Entry<SequenceKey, Entry> one : sorted.due.entrySet()) {
      Entry entry = one.getValue();
      try {
        begun.put(
            one.getKey(),
            tools.starter().begin(entry, pipeline(record, entry), name, record.self(), now));
      } catch (RuntimeException e) {
        doubts.ofStart(one.getKey(), e);
        back++;
      }
    }
    for (Map.Entry<SequenceKey, Supplier<RunStarter.Start>> one : begun.entrySet()) {
      RunStarter.Start outcome = outcome(one.getValue());
      if (outcome instanceof RunStarter.Start.Started started) {
        sorted.found.put(one.getKey(), started.epoch());
      } else if (outcome instanceof RunStarter.Start.Impossible impossible) {
        sorted.fail(impossible.code(), one.getKey());
      } else {
        if (outcome instanceof RunStarter.Start.Unknown unknown) {
          doubts.ofStart(one.getKey(), unknown.cause());
        }
        back++;
      }
    }
    return back;
  }

  private static RunStarter.Start outcome(Supplier<RunStarter.Start> begun) {
    try {
      return begun.get();
    } catch (RuntimeException e) {
      return new RunStarter.Start.Unknown(e);
    }
  }
}
