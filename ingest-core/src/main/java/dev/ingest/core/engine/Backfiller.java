package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Drives the backfills of a ledger, on one node at a time: goes on with freezing that whoever
 * ordered it has left, runs what was started, ends what is through.
 *
 * <p>It starts runs and looks how they end; the work itself goes through the queue to every node,
 * like all work. The lease paces and saves work; that an id is run once is made safe by the commits
 * themselves. One that fails does not hold up the others, and is no beat, so that another node gets
 * the turn. For one thread.
 */
final class Backfiller {

  static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration LEFT = Duration.ofSeconds(30);
  private static final Duration HAND_OVER = Duration.ofMinutes(5);
  private static final int MAX_STEPS = 20;
  private static final int MAX_KNOWN = 1_000;

  private final Node node;
  private final Supervisor supervisor;
  private final WatcherLease lease;
  private final BackfillTools tools;
  private final BackfillAhead ahead;
  private final Map<String, BackfillRun> runs = new HashMap<>();
  private final Map<String, BackfillKeep> kept = new HashMap<>();

  /** Where runs are, whoever had the turn meanwhile: one whose ticks fail loses it each time. */
  private final Map<String, BackfillWalk> walks = new HashMap<>();

  private final Map<String, Freezing> freezing = new HashMap<>();
  private final BackfillMisgivings misgivings;
  private final BackfillLateStarts late;
  private Map<String, Known> known = Map.of();
  private final AtomicBoolean telling = new AtomicBoolean();
  private Optional<Long> restsUntil = Optional.empty();

  /** Since when something was held up, and nothing has moved. */
  private Optional<Long> idleSince = Optional.empty();

  private boolean handsOver;

  private long term;

  /** Since when a list has not moved. */
  private record Freezing(BackfillRecord seen, long since) {}

  /** What a record said when it was last looked at, which holds as long as its text does. */
  private record Known(String text, BackfillRecord record) {}

  Backfiller(
      Node node,
      Committer committer,
      RunStarter starter,
      WatcherLease lease,
      Supervisor supervisor) {
    this.node = node;
    this.supervisor = supervisor;
    this.lease = lease;
    this.tools = BackfillTools.of(node, committer, starter, lease::goOn);
    this.ahead = new BackfillAhead(tools);
    this.misgivings = new BackfillMisgivings(node);
    this.late = new BackfillLateStarts(tools);
  }

  /**
   * Drives all backfills on, if it is this node's turn.
   *
   * @return how many ids, or pages of lists, were moved
   */
  int tick() {
    if (restsUntil.filter(until -> elapsed() - until < 0).isPresent()) {
      return 0;
    }
    restsUntil = Optional.empty();
    int moved = lease.run(this::drive);
    if (handsOver) {
      // What keeps every id here may keep none where another node looks at it.
      handsOver = false;
      idleSince = Optional.empty();
      lease.release();
    }
    return moved;
  }

  /** Gives the turn to others at an orderly end. */
  void release() {
    lease.release();
  }

  private int drive() {
    if (term != lease.terms()) {
      beginTerm();
    }
    Round round = new Round();
    tools.book().all().forEach(round::visit);
    round.end();
    return round.moved;
  }

  /**
   * Another node may have moved everything on meanwhile, so nothing counts that is remembered, but
   * that a list stands still: if its record is the same, nobody has moved it.
   */
  private void beginTerm() {
    term = lease.terms();
    runs.clear();
    kept.clear();
    misgivings.beginTerm();
  }

  /** One look at all backfills, and what it leaves to remember until the next. */
  private final class Round {

    private final Set<String> open = new HashSet<>();
    private final Set<String> incomplete = new HashSet<>();
    private final Set<String> unread = new HashSet<>();
    private final Map<String, Known> looked = new HashMap<>();
    private String lacking = "";
    private boolean isAnyCancelled;
    private boolean hasFailed;
    private boolean isHeldUp;
    private int moved;

    void visit(ControlRecord stored) {
      Optional<BackfillRecord> read = readable(stored, unread);
      if (read.isEmpty()) {
        hasFailed = true;
        return;
      }
      BackfillRecord record = read.get();
      if (looked.size() < MAX_KNOWN) {
        looked.put(stored.key().name(), new Known(stored.body(), record));
      }
      if (!record.phase().isOver()) {
        open.add(record.name());
        Driven driven = drive(record);
        moved += driven.moved();
        note(driven.held());
        lacking = driven.lacking().map(what -> record.name() + ": " + what).orElse(lacking);
      } else if (record.phase() == BackfillPhase.INCOMPLETE) {
        incomplete.add(record.name());
        note(keep(record));
      } else if (record.phase() == BackfillPhase.CANCELLED) {
        isAnyCancelled = true;
      }
    }

    private void note(Held held) {
      hasFailed |= held == Held.ALL;
      isHeldUp |= held != Held.NOTHING;
    }

    /** A look that meets nothing, as one between two passes, says nothing of what is held up. */
    private void noteIdle() {
      if (moved > 0) {
        idleSince = Optional.empty();
      } else if (isHeldUp) {
        idleSince = idleSince.or(() -> Optional.of(elapsed()));
        handsOver = elapsed() - idleSince.get() >= HAND_OVER.toNanos();
      }
    }

    /** Forgets what is over, and says if anything could not be driven on. */
    void end() {
      known = looked;
      hasFailed |=
          supervisor.supervise(
                  "backfills", DriverThreads.ending(() -> misgivings.noteReadable(unread)))
              < 0;
      hasFailed |=
          supervisor.supervise("backfills", DriverThreads.ending(() -> late.step(isAnyCancelled)))
              < 0;
      forget(open);
      misgivings.endOfOver(name -> open.contains(name) || unread.contains(name));
      kept.keySet().retainAll(incomplete);
      isHeldUp |= hasFailed || !lacking.isEmpty();
      noteIdle();
      // What fails does not slow down what moves beside it.
      if (open.isEmpty() || (isHeldUp && moved == 0)) {
        restsUntil = Optional.of(elapsed() + LOOK.toNanos());
      }
      if (!lacking.isEmpty()) {
        throw new IncompleteTickException(
            "backfill %s; a node that has it takes the turn when the lease is over"
                .formatted(lacking));
      }
      if (hasFailed) {
        throw new IncompleteTickException(
            "a backfill could not be driven on; see the error before");
      }
    }
  }

  /** One that cannot be read does not hold up the others; another release may be able to. */
  private Optional<BackfillRecord> readable(ControlRecord stored, Set<String> unread) {
    String name = stored.key().name();
    List<BackfillRecord> read = new ArrayList<>();
    int done =
        supervisor.supervise(
            "backfill " + name,
            () -> {
              try {
                read.add(read(stored));
              } catch (IllegalStateException | InvalidValueException e) {
                unread.add(name);
                misgivings.noteUnreadable(name, e);
                throw e;
              }
              return 0;
            });
    return done < 0 ? Optional.empty() : Optional.of(read.get(0));
  }

  private BackfillRecord read(ControlRecord stored) {
    Known last = known.get(stored.key().name());
    return last != null && last.text().equals(stored.body())
        ? last.record()
        : BackfillRecord.parse(stored);
  }

  /** What has failed stays held, also if somebody lets go of it, until it is cancelled. */
  private Held keep(BackfillRecord record) {
    return supervised(
        record.name(),
        record.phase(),
        () ->
            kept.computeIfAbsent(record.name(), name -> BackfillKeep.ofIncomplete(tools, record))
                .step(record));
  }

  /** What became of one backfill's part of a tick. */
  private record Driven(int moved, Held held, Optional<String> lacking) {}

  /**
   * What could not be driven on. Single ids that stand still are told as their backfill's where it
   * is in a phase that moves, and are no silence of whoever drives the others.
   */
  private enum Held {
    NOTHING,
    SINGLE_IDS,
    ALL
  }

  /** Does one backfill's part of a tick; what fails is told, and does not hold up the others. */
  private Held supervised(String name, BackfillPhase phase, Runnable step) {
    boolean[] isOfSome = {false};
    int done =
        supervisor.supervise(
            "backfill " + name,
            () -> {
              try {
                step.run();
              } catch (IncompleteTickException e) {
                isOfSome[0] = e.isOfSome();
                throw e;
              }
              return 0;
            });
    if (done >= 0) {
      return Held.NOTHING;
    }
    return isOfSome[0] && BackfillConditions.canStall(phase) ? Held.SINGLE_IDS : Held.ALL;
  }

  private Driven drive(BackfillRecord record) {
    BackfillRun.Ticked[] ticked = {new BackfillRun.Ticked(record, 0, Optional.empty())};
    Held held =
        supervised(
            record.name(),
            record.phase(),
            () -> {
              ticked[0] = moveOrNote(record);
              ticked[0]
                  .doubt()
                  .ifPresent(
                      doubt -> {
                        throw doubt;
                      });
            });
    if (ticked[0].moved() > 0) {
      tell(ticked[0].record());
    }
    return new Driven(ticked[0].moved(), held, ticked[0].lacking());
  }

  /** What throws in each tick stands still as well, and is told with what it throws. */
  private BackfillRun.Ticked moveOrNote(BackfillRecord record) {
    try {
      BackfillRun.Ticked ticked = move(record);
      if (ticked.doubt().isEmpty()) {
        misgivings.noteMoved(record.name());
      }
      return ticked;
    } catch (RuntimeException e) {
      misgivings.noteTrouble(record.name(), e);
      try {
        // Another node may have moved it on while this one stood still.
        tools.book().find(record.name()).ifPresent(misgivings::note);
      } catch (RuntimeException other) {
        e.addSuppressed(other);
      }
      throw e;
    }
  }

  private BackfillRun.Ticked move(BackfillRecord record) {
    return switch (record.phase()) {
      case COLLECTING -> {
        misgivings.note(record);
        yield new BackfillRun.Ticked(record, 0, Optional.empty());
      }
      case LISTING, HOLDING -> freeze(record);
      case FROZEN, PAUSED -> run(record, false);
      case RUNNING -> run(record, true);
      case ENDING -> {
        misgivings.note(record);
        yield ended(record, new BackfillEnd(tools).end(record));
      }
      case CANCELLING -> {
        // Nobody looks at it any more once it is over.
        misgivings.note(record);
        yield ended(record, cancel(record));
      }
      case COMPLETE, INCOMPLETE, CANCELLED ->
          throw new IllegalStateException(record.name() + " is over: " + record.phase());
    };
  }

  private BackfillRecord cancel(BackfillRecord record) {
    BackfillEnd end = new BackfillEnd(tools);
    try {
      BackfillRecord now = end.cancel(record);
      ahead.forget(record.name());
      return now;
    } catch (IncompleteTickException e) {
      BackfillRecord now = tools.book().get(record.name());
      if (now.phase() == BackfillPhase.CANCELLING) {
        ahead.step(now, keys -> end.cancelAhead(now, keys), e);
      }
      throw e;
    }
  }

  /** Leaves a list to whoever freezes it, unless it has not moved for a while. */
  private BackfillRun.Ticked freeze(BackfillRecord record) {
    Freezing seen = freezing.get(record.name());
    if (seen == null || !seen.seen().equals(record)) {
      if (seen != null) {
        misgivings.note(record);
      }
      freezing.put(record.name(), new Freezing(record, elapsed()));
      return new BackfillRun.Ticked(record, 0, Optional.empty());
    }
    if (elapsed() - seen.since() < LEFT.toNanos()) {
      return new BackfillRun.Ticked(record, 0, Optional.empty());
    }
    BackfillFreeze freeze = new BackfillFreeze(tools);
    BackfillRecord now = record;
    for (int step = 0; step < MAX_STEPS && now.phase().isFreezing(); step++) {
      try {
        now = freeze.step(now);
      } catch (IncompleteTickException e) {
        BackfillRecord at = now;
        if (at.phase() == BackfillPhase.HOLDING) {
          ahead.step(at, keys -> freeze.holdAhead(at, keys), e);
        }
        throw e;
      }
      ahead.forget(record.name());
      lease.goOn();
    }
    // Its own steps are no reason to leave it.
    freezing.put(record.name(), new Freezing(now, seen.since()));
    misgivings.note(now);
    return new BackfillRun.Ticked(now, 1, Optional.empty());
  }

  private BackfillRun.Ticked run(BackfillRecord record, boolean starts) {
    BackfillRun.Ticked ticked =
        runs.computeIfAbsent(record.name(), name -> new BackfillRun(tools, record, walk(record)))
            .tick(record, starts);
    ticked.doubt().ifPresent(e -> misgivings.noteTrouble(record.name(), e));
    misgivings.note(ticked.record());
    return ticked;
  }

  private BackfillWalk walk(BackfillRecord record) {
    return walks.computeIfAbsent(
        record.name(), name -> new BackfillWalk(tools.sets(record), node.seams().elapsed()));
  }

  private BackfillRun.Ticked ended(BackfillRecord before, BackfillRecord after) {
    runs.remove(before.name());
    misgivings.note(after);
    return new BackfillRun.Ticked(after, 1, Optional.empty());
  }

  private void forget(Set<String> open) {
    runs.keySet().retainAll(open);
    walks.keySet().retainAll(open);
    freezing.keySet().retainAll(open);
    ahead.forgetAllBut(open);
    misgivings.forgetAllBut(open);
  }

  /** The listener hears of one tick at a time; what it misses, the next says as well. */
  private void tell(BackfillRecord record) {
    if (supervisor.isHeard() && telling.compareAndSet(false, true)) {
      BackfillProgress progress = Backfilling.progress(record, node.ledger().ledger().now());
      supervisor
          .news()
          .give(
              node.seams().tasks(),
              listener -> listener.backfillMoved(progress),
              () -> telling.set(false));
    }
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }
}
