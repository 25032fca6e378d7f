package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.BackfillListener;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Confirmation;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** What people order, decide and ask about backfills. Thread-safe. */
public final class Backfilling {

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0," + (BackfillRecord.MAX_NAME - 1) + "}");

  private final Node node;
  private final Committer committer;
  private final Acting acting;

  Backfilling(Node node, Committer committer, Acting acting) {
    this.node = node;
    this.committer = committer;
    this.acting = acting;
  }

  /**
   * Counts what a backfill would do.
   *
   * @param name the name that it is to have, which decides the split
   * @param order what is to be done
   * @param unrecoverable hears of each id without raw bytes, and of its state if it has an entry
   * @return the counts
   */
  public BackfillPlan rehearse(
      String name, BackfillOrder order, BiConsumer<SequenceKey, Optional<State>> unrecoverable) {
    check(name, order);
    return new BackfillDryRun(node, name, BackfillTerms.of(order, ""), unrecoverable).run(order);
  }

  /**
   * Orders a backfill and freezes its list, or goes on with that.
   *
   * @param name its name
   * @param order what is to be done
   * @param by who orders it and why
   * @return how far it is: frozen
   */
  public BackfillProgress plan(String name, BackfillOrder order, Act by) {
    check(name, order);
    BackfillTools tools =
        BackfillTools.of(node, committer, new BackfillRuns(node, committer, acting), this::goOn);
    BackfillRecord record =
        Retries.settled(node, "ordering backfill " + name, () -> begin(tools, name, order, by));
    BackfillFreeze freeze = new BackfillFreeze(tools);
    while (record.phase().isFreezing()) {
      BackfillRecord seen = record;
      record =
          Retries.settled(
              node,
              "freezing backfill " + name,
              () ->
                  seen.phase() == BackfillPhase.COLLECTING
                      ? freeze.collect(seen, order.among().orElse(Collections.emptySortedSet()))
                      : stepped(freeze, seen));
      goOn();
    }
    return progress(record, acting.now());
  }

  /** What changed under it is looked at anew, like what the ledger did not answer. */
  private static BackfillRecord stepped(BackfillFreeze freeze, BackfillRecord seen) {
    try {
      return freeze.step(seen);
    } catch (IncompleteTickException e) {
      throw new LedgerException(String.valueOf(e.getMessage()), e);
    }
  }

  private BackfillRecord begin(BackfillTools tools, String name, BackfillOrder order, Act by) {
    Optional<BackfillRecord> known = tools.book().find(name);
    if (known.isEmpty()) {
      requireRoom(name);
      BackfillRecord first =
          BackfillRecord.ordered(
              name,
              order.among().isPresent() ? BackfillPhase.COLLECTING : BackfillPhase.LISTING,
              BackfillTerms.of(order, by.reason()),
              by,
              acting.now());
      keep("backfill " + name + " ordered", by);
      tools.book().create(first);
      known = Optional.of(tools.book().get(name));
    }
    BackfillTerms asked = BackfillTerms.of(order, known.get().order().reason());
    if (!known.get().order().equals(asked)) {
      throw new ActRefusedException(
          "there is a backfill %s with another order, which is %s: give this one another name"
              .formatted(name, known.get().phase()));
    }
    return known.get();
  }

  private void requireRoom(String name) {
    int open = BackfillClaims.open(node.ledger()).size();
    if (open >= BackfillClaims.MAX_OPEN) {
      throw new ActRefusedException(
          "%d backfills are neither COMPLETE nor CANCELLED, and %d may be: cancel one before %s"
              .formatted(open, BackfillClaims.MAX_OPEN, name));
    }
  }

  private void goOn() {
    if (!node.seams().pause().await(Duration.ZERO)) {
      throw new OutcomeUnknownException(
          "the engine stops; repeat the call to go on with it",
          new IllegalStateException("the engine stops"));
    }
  }

  private void check(String name, BackfillOrder order) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          name,
          "a backfill's name is 1 to %d lower-case letters, digits or . _ -, "
              .concat("starting with a letter or digit")
              .formatted(BackfillRecord.MAX_NAME));
    }
    for (Map.Entry<String, Integer> share : order.weights().entrySet()) {
      if (share.getValue() > 0
          && !node.pipelines().isEmpty()
          && node.pipeline(share.getKey()).isEmpty()) {
        throw new ActRefusedException(
            "this engine has no pipeline %s, to which %d of %s are to go"
                .formatted(share.getKey(), share.getValue(), order.weights()));
      }
    }
  }

  /** What someone decides about a backfill. */
  public enum Decided {
    /** Runs begin to be started. */
    START,
    /** No run is started until it is resumed. */
    PAUSE,
    /** Runs are started again. */
    RESUME,
    /** No run is started any more; replacements are ended, holds are released. */
    CANCEL
  }

  /**
   * Decides about a backfill.
   *
   * @param name its name
   * @param what what is decided
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return how far it is
   */
  public BackfillProgress decide(String name, Decided what, Act by, boolean rehearse) {
    BackfillBook book = new BackfillBook(node.ledger());
    Instant now = acting.now();
    UnaryOperator<BackfillRecord> change = record -> decided(record, what, now).by(by, now);
    BackfillRecord after = change.apply(book.get(name));
    if (!rehearse) {
      keep("backfill %s: %s".formatted(name, what), by);
      after =
          Retries.settled(
              node,
              what + " of backfill " + name,
              () -> book.change(name, seen -> again(seen, change, what, by)));
    }
    return progress(after, now);
  }

  /** A decision whose answer was lost and that stands is not refused when it is repeated. */
  private static BackfillRecord again(
      BackfillRecord seen, UnaryOperator<BackfillRecord> change, Decided what, Act by) {
    boolean stands = seen.last().by().equals(by) && seen.phase() == goal(what);
    return stands ? seen : change.apply(seen);
  }

  private static BackfillPhase goal(Decided what) {
    return switch (what) {
      case START, RESUME -> BackfillPhase.RUNNING;
      case PAUSE -> BackfillPhase.PAUSED;
      case CANCEL -> BackfillPhase.CANCELLING;
    };
  }

  private static BackfillRecord decided(BackfillRecord record, Decided what, Instant now) {
    Set<BackfillPhase> from =
        switch (what) {
          case START -> Set.of(BackfillPhase.FROZEN);
          case PAUSE -> Set.of(BackfillPhase.RUNNING);
          case RESUME -> Set.of(BackfillPhase.PAUSED);
          case CANCEL ->
              Set.of(
                  BackfillPhase.COLLECTING,
                  BackfillPhase.LISTING,
                  BackfillPhase.HOLDING,
                  BackfillPhase.FROZEN,
                  BackfillPhase.RUNNING,
                  BackfillPhase.PAUSED,
                  BackfillPhase.ENDING,
                  BackfillPhase.INCOMPLETE);
        };
    if (!from.contains(record.phase())) {
      throw new ActRefusedException(
          "backfill %s is %s; %s applies in %s%s"
              .formatted(
                  record.name(),
                  record.phase(),
                  what,
                  from.stream().sorted().toList(),
                  record.phase().isFreezing() ? ": its list is being frozen, wait for that" : ""));
    }
    if (what == Decided.START && record.tally().planned() == 0) {
      throw new ActRefusedException(
          "backfill %s has nothing planned: %d ids were selected, of which none has raw bytes"
              .formatted(record.name(), record.list().count()));
    }
    if (what == Decided.CANCEL) {
      // The list is walked from its start.
      return record.with(record.list().reached(Optional.empty(), 0)).in(goal(what));
    }
    Instant begun = what == Decided.RESUME ? record.motion().begun() : now;
    return (goal(what) == BackfillPhase.RUNNING
            ? record.with(BackfillRecord.Motion.from(begun, now, record.tally().ended()))
            : record)
        .in(goal(what));
  }

  private void keep(String what, Act by) {
    long salt = node.seams().randomBits().getAsLong();
    Confirmations.keep(node.ledger(), salt, Confirmation.Subject.BACKFILL, what, by);
  }

  /**
   * Tells how far a backfill is.
   *
   * @param name its name
   * @return how far; empty if there is none
   */
  public Optional<BackfillProgress> find(String name) {
    return new BackfillBook(node.ledger()).find(name).map(record -> progress(record, acting.now()));
  }

  /** Tells whether some backfill moves on by itself. */
  boolean isAtWork() {
    return new BackfillBook(node.ledger())
        .all()
        .flatMap(stored -> BackfillBook.readable(stored).stream())
        .anyMatch(one -> one.phase().isAtWork());
  }

  /**
   * Reads a page of all backfills in the order of names. One whose record cannot be read is left
   * out; it is told by the watcher of backfills.
   *
   * @param after only names greater than this; empty text for all
   * @param limit the most
   * @return them; fewer than the most only at the end
   */
  public List<BackfillProgress> list(String after, int limit) {
    Instant now = acting.now();
    BackfillBook book = new BackfillBook(node.ledger());
    List<BackfillProgress> listed = new ArrayList<>();
    String last = after;
    List<ControlRecord> page;
    do {
      int most = limit - listed.size();
      page = book.list(last, most);
      for (ControlRecord stored : page) {
        last = stored.key().name();
        BackfillBook.readable(stored).ifPresent(record -> listed.add(progress(record, now)));
      }
      if (page.size() < most) {
        break;
      }
    } while (listed.size() < limit);
    return listed;
  }

  /**
   * Visits the ids of a backfill, each once.
   *
   * @param name its name
   * @param kinds which of them
   * @param listener hears of them
   * @return how far it is
   */
  public BackfillProgress report(String name, Set<Outcome.Kind> kinds, BackfillListener listener) {
    BackfillRecord record = new BackfillBook(node.ledger()).get(name);
    new BackfillReport(node.ledger(), record, kinds, listener).run();
    return progress(record, acting.now());
  }

  static BackfillProgress progress(BackfillRecord record, Instant now) {
    BackfillRecord.Tally tally = record.tally();
    Map<String, Long> causes = new TreeMap<>();
    record.failures().stream()
        .filter(cause -> cause.count() > 0)
        .forEach(cause -> causes.put(cause.code(), cause.count()));
    return new BackfillProgress(
        record.name(),
        record.phase(),
        new BackfillProgress.Counts(
            tally.planned(),
            tally.done(),
            tally.failedInAll(),
            tally.pending(),
            tally.running(),
            tally.unrecoverable()),
        causes,
        new BackfillProgress.Decided(
            record.last().by().actor(), record.last().by().reason(), record.last().at()),
        speed(record, now));
  }

  private static BackfillProgress.Speed speed(BackfillRecord record, Instant now) {
    if (record.phase() != BackfillPhase.RUNNING) {
      return new BackfillProgress.Speed(0, Optional.empty());
    }
    long ended = record.tally().ended() - record.motion().before();
    double minutes =
        Math.max(1, Duration.between(record.motion().since(), now).toMillis()) / 60_000.0;
    double perMinute = Math.max(0, ended) / minutes;
    return new BackfillProgress.Speed(
        perMinute,
        perMinute <= 0
            ? Optional.empty()
            : Optional.of(now.plusMillis((long) (record.tally().pending() / perMinute * 60_000))));
  }
}
