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

/**
 * Takes decisions to the ledger, through the node's {@link GroupCommit}, and brings back what
 * became of them.
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

  /** What an event makes of an entry: a transition to commit, or nothing. */
  private sealed interface Step {

    record Commit(Transition transition) implements Step {}

    record None(Result result) implements Step {}
  }

  /**
   * Applies an event under a lease, and waits for its outcome.
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
   * Applies an event under a lease, and does not wait for its outcome. What has to be read again
   * meanwhile is read by the tasks' executor.
   *
   * @param entry the entry as last seen
   * @param token the lease
   * @param event the event
   * @param then told what became of it, exactly once unless this call throws; quick to return
   */
  void applyWithLease(Entry entry, LeaseToken token, Event event, Consumer<Result> then) {
    attempt(entry, token, event, 1, then);
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
   * Applies an event to an entry exactly as it was seen: if it changed meanwhile, the event is
   * superseded and not decided again.
   *
   * @param seen the entry as last seen
   * @param event the event
   * @return what became of it
   */
  Result applyIfUnchanged(Entry seen, Event event) {
    Step step = decide(seen, Optional.empty(), event);
    if (step instanceof Step.Commit commit) {
      Outcome outcome = submit(commit.transition());
      return result(commit.transition(), outcome).orElseGet(() -> superseded(outcome));
    }
    return ((Step.None) step).result();
  }

  /**
   * Submits one transition and waits for its outcome.
   *
   * @param transition the transition
   * @return applied or not; unknown only after the attempts are spent
   */
  public Outcome submit(Transition transition) {
    CompletableFuture<Outcome> outcome = group.submit(transition);
    node.seams().commits().await(outcome);
    return outcome.join();
  }

  /**
   * Reads an entry.
   *
   * @param key the sequence
   * @return the entry, or empty
   */
  public Optional<Entry> read(SequenceKey key) {
    return Retries.settled(
        node, "finding " + key, () -> node.ledger().ledger().find(List.of(key)).get(0));
  }

  /** Returns the ledger's time for what a decision writes down. */
  Instant now() {
    return time.estimate();
  }

  LedgerTime time() {
    return time;
  }

  /** Commits what is queued, answers the rest, and takes nothing more. */
  void close(Duration longest) {
    group.close(longest);
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

  private void attempt(
      Entry entry, LeaseToken token, Event event, int decisions, Consumer<Result> then) {
    Step step;
    try {
      step = decide(entry, Optional.of(token), event);
    } catch (OutcomeUnknownException e) {
      then.accept(new Result.Unknown(e));
      return;
    }
    if (step instanceof Step.None none) {
      then.accept(none.result());
      return;
    }
    Transition transition = ((Step.Commit) step).transition();
    group.submit(
        transition,
        outcome ->
            result(transition, outcome)
                .ifPresentOrElse(then, () -> again(entry, token, event, decisions, then)));
  }

  /** Reads and decides again, away from the thread that commits. */
  private void again(
      Entry entry, LeaseToken token, Event event, int decisions, Consumer<Result> then) {
    if (decisions == MAX_DECISIONS) {
      then.accept(changedTooOften(entry, event));
      return;
    }
    try {
      node.seams().tasks().execute(() -> reread(entry, token, event, decisions, then));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      then.accept(new Result.Unknown(e));
    }
  }

  private void reread(
      Entry entry, LeaseToken token, Event event, int decisions, Consumer<Result> then) {
    Result failure;
    try {
      Optional<Entry> reread = read(entry.key());
      if (reread.isPresent()) {
        attempt(reread.get(), token, event, decisions + 1, then);
        return;
      }
      failure = gone(entry);
    } catch (OutcomeUnknownException e) {
      failure = new Result.Unknown(e);
    } catch (RuntimeException | VirtualMachineError | LinkageError | AssertionError e) {
      supervisor.report("committer", e);
      failure = new Result.Unknown(e);
    }
    then.accept(failure);
  }

  private Step decide(Entry entry, Optional<LeaseToken> token, Event event) {
    // No event of a lease is judged by the time; marks and recorded acts are.
    Instant now = token.isPresent() ? time.estimate() : time.ask();
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
