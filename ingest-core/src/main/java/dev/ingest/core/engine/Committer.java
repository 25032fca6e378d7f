package dev.ingest.core.engine;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
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
  private record Work(HeldLeases.Grip lease, Event event, Consumer<Result> then) {}

  /** What an event makes of an entry: a transition to commit, or nothing. */
  private sealed interface Step {

    record Commit(Transition transition) implements Step {}

    record None(Result result) implements Step {}
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
    attempt(entry, new Work(lease, event, then), 1);
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
    return begin(group, entry, event, now, unknown -> again(entry, event));
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

  private Result again(Entry entry, Event event) {
    try {
      return read(entry.key()).map(reread -> apply(reread, event)).orElseGet(() -> gone(entry));
    } catch (OutcomeUnknownException e) {
      return new Result.Unknown(e);
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
    try {
      return decideAndCommit(seen, token, event);
    } catch (OutcomeUnknownException e) {
      return new Result.Unknown(e);
    }
  }

  private Result decideAndCommit(Entry seen, Optional<LeaseToken> token, Event event) {
    Entry entry = seen;
    for (int i = 0; i < MAX_DECISIONS; i++) {
      Step step = decide(entry, token, event);
      if (step instanceof Step.None none) {
        return none.result();
      }
      Transition transition = ((Step.Commit) step).transition();
      Optional<Result> result = result(transition, submit(transition));
      if (result.isPresent()) {
        return result.get();
      }
      Optional<Entry> reread = read(entry.key());
      if (reread.isEmpty()) {
        return gone(entry);
      }
      entry = reread.get();
    }
    return changedTooOften(entry, event);
  }

  private void attempt(Entry entry, Work work, int decisions) {
    Step step;
    try {
      Instant now = time.estimate(work.lease());
      step = decide(entry, Optional.of(work.lease().held().token()), work.event(), now);
    } catch (OutcomeUnknownException e) {
      work.then().accept(new Result.Unknown(e));
      return;
    }
    if (step instanceof Step.None none) {
      work.then().accept(none.result());
      return;
    }
    Transition transition = ((Step.Commit) step).transition();
    group.submit(
        transition,
        Optional.of(work.lease()),
        outcome ->
            result(transition, outcome)
                .ifPresentOrElse(work.then(), () -> again(entry, work, decisions)));
  }

  /** Reads and decides again, away from the thread that commits. */
  private void again(Entry entry, Work work, int decisions) {
    if (decisions == MAX_DECISIONS) {
      work.then().accept(changedTooOften(entry, work.event()));
      return;
    }
    try {
      node.seams().tasks().execute(() -> reread(entry, work, decisions));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      work.then().accept(new Result.Unknown(e));
    }
  }

  private void reread(Entry entry, Work work, int decisions) {
    Result failure;
    try {
      Optional<Entry> reread =
          Retries.whileHeld(
              node, "finding " + entry.key(), work.lease(), () -> readOnce(entry.key()));
      if (reread.isPresent()) {
        attempt(reread.get(), work, decisions + 1);
        return;
      }
      failure = gone(entry);
    } catch (OutcomeUnknownException e) {
      failure = new Result.Unknown(e);
    } catch (Exception | VirtualMachineError | LinkageError | AssertionError e) {
      Interrupts.keep(e);
      supervisor.reportAside(node.seams().tasks(), "committer", e);
      failure = new Result.Unknown(e);
    }
    work.then().accept(failure);
  }

  private Step decide(Entry entry, Optional<LeaseToken> token, Event event) {
    // No event of a lease is judged by the time; marks and recorded acts are.
    return decide(entry, token, event, token.isPresent() ? time.estimate() : time.ask());
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

  private Result gone(Entry entry) {
    return new Result.Superseded(entry.key() + " is not in " + node.ledger().name());
  }

  private static Result changedTooOften(Entry entry, Event event) {
    return new Result.Unknown(
        new IllegalStateException(
            entry.key() + " changed " + MAX_DECISIONS + " times while " + event.kind()));
  }

  private static Guard guard(long version, Optional<LeaseToken> token) {
    return token
        .<Guard>map(lease -> new Guard.WithLease(lease, version))
        .orElseGet(() -> new Guard.AtVersion(version));
  }
}
