package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes decisions to the ledger, through the node's {@link GroupCommit}, and brings back what
 * became of them. A second one takes what would wait for itself in the first ({@link
 * #finishIfUnchanged}).
 *
 * <p>A stale version under a current token means that someone set a mark meanwhile: the entry is
 * read again, the event decided again and committed anew, a bounded number of times, so that
 * finished work is not thrown away. Thread-safe.
 */
public final class Committer {

  private static final int MAX_DECISIONS = 16;

  private final Node node;
  private final Supervisor supervisor;
  private final GroupCommit group;
  private final GroupCommit beside;
  private final LedgerTime time;

  /**
   * Creates a committer.
   *
   * @param node what it works for
   * @param supervisor who hears of what nobody expects
   */
  public Committer(Node node, Supervisor supervisor) {
    this.node = node;
    this.supervisor = supervisor;
    this.group = new GroupCommit(node, supervisor);
    this.beside = new GroupCommit(node, supervisor, node.seams().commits().beside());
    this.time = new LedgerTime(node);
  }

  /** What became of an event. */
  public sealed interface Result {

    /**
     * It is in the ledger.
     *
     * @param after the entry after it
     */
    record Committed(Entry after) implements Result {}

    /**
     * It does not apply, or someone else's right to it is newer.
     *
     * @param reason why
     */
    record Superseded(String reason) implements Result {}

    /**
     * Nobody knows yet.
     *
     * @param cause what hid the answer
     */
    record Unknown(Throwable cause) implements Result {}
  }

  /** What was begun: waits for the outcome and tells what became of it, to be asked once. */
  interface Begun extends Supplier<Result> {

    /** Tells whether to ask would not be to wait. */
    boolean isKnown();
  }

  /** An event of finished work, and who hears what became of it. */
  private record Work(HeldLeases.Grip lease, Course course, Consumer<Result> then) {}

  /** What an event makes of an entry: a transition to commit, or nothing. */
  private sealed interface Step {

    record Commit(Transition transition) implements Step {}

    record None(Result result) implements Step {}
  }

  /**
   * An event from its first decision on: who finds that the entry has changed under it decides
   * anew. For one thread at a time.
   */
  private final class Course {

    private final SequenceKey key;
    private final Event event;
    private final Optional<LeaseToken> token;
    private final Supplier<Instant> now;
    private final Supplier<Optional<Entry>> reading;
    private int decisions = 1;

    /** An event for whose outcome somebody waits. */
    Course(Entry seen, Event event, Optional<LeaseToken> token) {
      this.key = seen.key();
      this.event = event;
      this.token = token;
      // No event of a lease is judged by the time; marks and recorded acts are.
      this.now = token.isPresent() ? time::estimate : time::ask;
      this.reading = () -> read(key);
    }

    /** An event of work that is kept as long as its lease may be held. */
    Course(Entry seen, Event event, HeldLeases.Grip lease) {
      this.key = seen.key();
      this.event = event;
      this.token = Optional.of(lease.held().token());
      this.now = () -> time.estimate(lease);
      this.reading = () -> Retries.whileHeld(node, "finding " + key, lease, () -> readOnce(key));
    }

    /** Decides on the entry as it was seen. */
    Step first(Entry seen) {
      try {
        return decide(seen, token, event, now.get());
      } catch (OutcomeUnknownException e) {
        return new Step.None(new Result.Unknown(e));
      }
    }

    /** Reads the entry and decides anew, a bounded number of times. */
    Step again() {
      if (decisions == MAX_DECISIONS) {
        return new Step.None(
            new Result.Unknown(
                new IllegalStateException(
                    key + " changed " + MAX_DECISIONS + " times while " + event.kind())));
      }
      decisions++;
      try {
        Optional<Entry> entry = reading.get();
        return entry.isPresent()
            ? decide(entry.get(), token, event, now.get())
            : new Step.None(new Result.Superseded(key + " is not in " + node.ledger().name()));
      } catch (OutcomeUnknownException e) {
        return new Step.None(new Result.Unknown(e));
      }
    }
  }

  /**
   * Applies an event under a lease with which its work begins, and waits for its outcome, which
   * stays unknown once the attempts are spent.
   *
   * @param entry the entry as last seen
   * @param token the lease
   * @param event the event
   * @return what became of it
   */
  public Result applyWithLease(Entry entry, LeaseToken token, Event event) {
    return apply(entry, Optional.of(token), event);
  }

  /**
   * Applies an event under a lease, and does not wait for its outcome: that stays unknown only if
   * the lease is lost, if the ledger takes other things and not this, or at the end of the node.
   * What has to be read again meanwhile is read by the tasks' executor. While the ledger does not
   * tell its time this waits on the caller's thread.
   *
   * @param entry the entry as last seen
   * @param lease the lease
   * @param event the event
   * @param then told what became of it, exactly once unless this call throws; quick to return
   */
  void applyWithLease(Entry entry, HeldLeases.Grip lease, Event event, Consumer<Result> then) {
    Course course = new Course(entry, event, lease);
    submit(course.first(entry), new Work(lease, course, then)).ifPresent(then);
  }

  /**
   * Applies an event that needs no lease, a mark or a recorded act, and waits for its outcome.
   *
   * @param entry the entry as last seen
   * @param event the event
   * @return what became of it
   */
  public Result apply(Entry entry, Event event) {
    return apply(entry, Optional.empty(), event);
  }

  /**
   * An event for an entry.
   *
   * @param entry the entry as last seen
   * @param event the event
   */
  record Request(Entry entry, Event event) {}

  /**
   * Applies events that need no lease to different sequences, in shared commits, and waits for all
   * outcomes.
   *
   * @param requests the entries and their events
   * @return what became of each, in order
   */
  List<Result> applyAll(List<Request> requests) {
    if (requests.isEmpty()) {
      return List.of();
    }
    Instant now = time.ask();
    List<Begun> results =
        requests.stream().map(request -> begin(request.entry(), request.event(), now)).toList();
    return results.stream().map(Begun::get).toList();
  }

  /** Submits what an event makes of an entry; the answer waits for the outcome. */
  private Begun begin(Entry entry, Event event, Instant now) {
    Course course = new Course(entry, event, Optional.empty());
    return begin(group, entry, event, now, stale -> finish(course, course.again()));
  }

  /**
   * Applies an event to an entry exactly as it was seen, and waits for its outcome: if it changed
   * meanwhile, the event is superseded and not decided again.
   *
   * @param seen the entry as last seen
   * @param event the event
   * @return what became of it
   */
  Result applyIfUnchanged(Entry seen, Event event) {
    return beginIfUnchanged(seen, event, time.ask()).get();
  }

  /**
   * The same by a time that the caller has, and does not wait.
   *
   * @param seen the entry as last seen
   * @param event the event
   * @param now the time by which the event is judged
   * @return what was begun
   */
  Begun beginIfUnchanged(Entry seen, Event event, Instant now) {
    return begin(group, seen, event, now, Committer::superseded);
  }

  /**
   * The same for the second of two steps, in batches that go beside those of first steps: it is
   * begun when the outcome of the first is known, and neither waits for the other's sequences.
   *
   * @param seen the entry as the first step left it
   * @param event the event
   * @param now the time by which the event is judged
   * @return what was begun
   */
  Begun finishIfUnchanged(Entry seen, Event event, Instant now) {
    return begin(beside, seen, event, now, Committer::superseded);
  }

  private Begun begin(
      GroupCommit where, Entry entry, Event event, Instant now, Function<Outcome, Result> stale) {
    Step step = decide(entry, Optional.empty(), event, now);
    if (step instanceof Step.None none) {
      return new Known(none.result());
    }
    Transition transition = ((Step.Commit) step).transition();
    return new UnderWay(where, transition, where.submit(transition), stale);
  }

  private record Known(Result get) implements Begun {

    @Override
    public boolean isKnown() {
      return true;
    }
  }

  private static final class UnderWay implements Begun {

    private final GroupCommit where;
    private final Transition transition;
    private final CompletableFuture<Outcome> outcome;
    private final Function<Outcome, Result> stale;

    UnderWay(
        GroupCommit where,
        Transition transition,
        CompletableFuture<Outcome> outcome,
        Function<Outcome, Result> stale) {
      this.where = where;
      this.transition = transition;
      this.outcome = outcome;
      this.stale = stale;
    }

    @Override
    public boolean isKnown() {
      return outcome.isDone();
    }

    @Override
    public Result get() {
      if (!isKnown()) {
        where.await(outcome);
      }
      return Committer.result(transition, outcome.join())
          .orElseGet(() -> stale.apply(outcome.join()));
    }
  }

  /**
   * Submits one transition and waits for its outcome.
   *
   * @param transition the transition
   * @return applied or not; unknown only after the attempts are spent
   */
  public Outcome submit(Transition transition) {
    CompletableFuture<Outcome> outcome = group.submit(transition);
    group.await(outcome);
    return outcome.join();
  }

  /**
   * Reads an entry.
   *
   * @param key the sequence
   * @return the entry, or empty
   */
  public Optional<Entry> read(SequenceKey key) {
    return Retries.settled(node, "finding " + key, () -> readOnce(key));
  }

  private Optional<Entry> readOnce(SequenceKey key) {
    return node.ledger().ledger().find(List.of(key)).get(0);
  }

  /** Returns the ledger's time for what a decision writes down. */
  Instant now() {
    return time.estimate();
  }

  /** The same for work under a lease, which waits for it as long as the lease may be held. */
  Instant now(HeldLeases.Grip lease) {
    return time.estimate(lease);
  }

  LedgerTime time() {
    return time;
  }

  /** Commits what is queued, answers the rest, and takes nothing more. */
  void close(Duration longest) {
    long began = node.seams().elapsed().getAsLong();
    group.close(longest);
    Duration left = longest.minusNanos(node.seams().elapsed().getAsLong() - began);
    beside.close(left.isNegative() ? Duration.ZERO : left);
  }

  private Result apply(Entry seen, Optional<LeaseToken> token, Event event) {
    Course course = new Course(seen, event, token);
    return finish(course, course.first(seen));
  }

  private Result finish(Course course, Step next) {
    Step step = next;
    while (step instanceof Step.Commit commit) {
      Optional<Result> result = result(commit.transition(), submit(commit.transition()));
      if (result.isPresent()) {
        return result.get();
      }
      step = course.again();
    }
    return ((Step.None) step).result();
  }

  /** Submits what is to be committed, or returns what else became of it. */
  private Optional<Result> submit(Step step, Work work) {
    if (step instanceof Step.None none) {
      return Optional.of(none.result());
    }
    Transition transition = ((Step.Commit) step).transition();
    group.submit(
        transition,
        Optional.of(work.lease()),
        outcome ->
            result(transition, outcome).ifPresentOrElse(work.then(), () -> goOnElsewhere(work)));
    return Optional.empty();
  }

  /** Goes on away from the thread that commits. */
  private void goOnElsewhere(Work work) {
    try {
      node.seams().tasks().execute(() -> goOn(work));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      work.then().accept(new Result.Unknown(e));
    }
  }

  private void goOn(Work work) {
    Optional<Result> known;
    try {
      known = submit(work.course().again(), work);
    } catch (UnhandledError e) {
      work.then().accept(new Result.Unknown(e));
      throw e;
    } catch (Throwable e) {
      // Of whatever kind: who is not told holds the lease, and has it renewed, for good.
      Interrupts.keep(e);
      supervisor.reportAside(node.seams().tasks(), "committer", e);
      known = Optional.of(new Result.Unknown(e));
    }
    known.ifPresent(work.then());
  }

  private Step decide(Entry entry, Optional<LeaseToken> token, Event event, Instant now) {
    Decision decision = Lifecycle.decide(entry, event, now);
    if (decision instanceof Decision.Change change) {
      return new Step.Commit(
          HistoryChain.link(
              change,
              guard(entry.version(), token),
              Optional.of(entry.state()),
              node.newTransitionId(),
              now,
              node.actor()));
    }
    return new Step.None(new Result.Superseded(((Decision.Refused) decision).reason()));
  }

  /** Returns what an outcome means, or nothing if the event has to be decided again. */
  private static Optional<Result> result(Transition transition, Outcome outcome) {
    if (outcome instanceof Outcome.Applied) {
      return Optional.of(new Result.Committed(transition.after()));
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return Optional.of(new Result.Unknown(unknown.cause()));
    }
    Outcome.NotApplied refusal = (Outcome.NotApplied) outcome;
    return refusal.reason() == Outcome.Reason.STALE_VERSION
        ? Optional.empty()
        : Optional.of(superseded(refusal));
  }

  private static Result superseded(Outcome outcome) {
    Outcome.NotApplied refusal = (Outcome.NotApplied) outcome;
    return new Result.Superseded(refusal.reason() + ": " + refusal.detail());
  }

  private static Guard guard(long version, Optional<LeaseToken> token) {
    return token
        .<Guard>map(lease -> new Guard.WithLease(lease, version))
        .orElseGet(() -> new Guard.AtVersion(version));
  }
}
