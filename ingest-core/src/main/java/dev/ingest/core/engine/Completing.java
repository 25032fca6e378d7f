package dev.ingest.core.engine;

import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException;
import dev.ingest.core.CompletionToken;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.StageCompletion;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HandedOver;
import dev.ingest.core.text.PlainText;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Takes what other systems say of the stages that were left to them, on whatever node they reach.
 *
 * <p>A call proves its right by the digest in the history, and takes effect under the lease that
 * the stage left, whose token the ledger compares at the commit: after a takeover, a redrive or a
 * discard there is none such any more. How the stage ended is read from the history, too, so that a
 * call that is repeated, because its answer was lost, is answered as the first was.
 *
 * <p>Each call that brings output writes below a prefix of its own, so one that broke off half-way
 * stands in no other's way. What it left is swept with the run's leftovers; what an overtaken call
 * writes after that sweep, the audit finds as orphans. A call that begins while less than a lease
 * time is left has a lease time; past that the output is refused, as somebody else may have begun
 * anew. Thread-safe.
 */
public final class Completing {

  private static final int MAX_REASON = 2_000;

  private final Node node;
  private final Committer committer;
  private final HeldLeases leases;
  private final Handover handover;
  private final Supervisor supervisor;
  private final StageRates rates;
  private final Runnable progress;

  Completing(LeasedDriver.Shared shared, Handover handover, Runnable progress) {
    this.node = shared.node();
    this.committer = shared.committer();
    this.leases = shared.leases();
    this.handover = handover;
    this.supervisor = shared.supervisor();
    this.rates = shared.rates();
    this.progress = progress;
  }

  /** Where a stage that was left to another system stands. */
  private sealed interface Standing {

    /** It waits for whoever has the token. */
    record Open(Entry entry, Lease lease) implements Standing {}

    /** It was ended by the token. */
    record Ended(CompletionOutcome outcome) implements Standing {}

    /** The right to end it has passed on. */
    record Stale(String why) implements Standing {}
  }

  /**
   * Ends a stage with its output.
   *
   * @param text the token
   * @param completion emits all of the output
   * @return always DONE
   * @throws IOException if the completion throws it
   */
  public CompletionOutcome complete(String text, StageCompletion completion) throws IOException {
    TokenText token = TokenText.parse(text);
    Standing standing = look(token);
    if (standing instanceof Standing.Ended ended) {
      return matching(token, true, ended.outcome());
    }
    Standing.Open open = open(token, standing);
    Optional<StageRef> next =
        pipeline(open.entry()).after(open.entry().active().stage().orElseThrow());
    SealedOutput output = output(open.entry(), grip(token, open), completion);
    return commit(
        token, open.entry(), new Event.StageDone(output, next, Optional.of(token.digest())));
  }

  /**
   * Ends an attempt of a stage without output.
   *
   * @param text the token
   * @param reason why, 1 to 2,000 characters, plain
   * @param permanent whether no other attempt can succeed
   * @return RETRIED or FAILED
   */
  public CompletionOutcome fail(String text, String reason, boolean permanent) {
    TokenText token = TokenText.parse(text);
    Standing standing = look(token);
    if (standing instanceof Standing.Ended ended) {
      return matching(token, false, ended.outcome());
    }
    Entry entry = open(token, standing).entry();
    checkReason(reason);
    Duration backoff =
        node.policies().work().backoff(entry.active().attempts(), node.seams().unit());
    return commit(
        token,
        entry,
        new Event.StageFailed(
            StageTask.failure(entry, permanent, reason),
            permanent,
            node.policies().work().maxAttempts(),
            committer.now().plus(backoff),
            Optional.of(token.digest())));
  }

  /** Once the right is known: a repeat is answered by what was taken, whatever its text. */
  private static void checkReason(String reason) {
    if (reason.isBlank() || reason.length() > MAX_REASON || !PlainText.isPlain(reason)) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TEXT,
          reason,
          "a reason has 1 to 2,000 characters " + PlainText.RULE);
    }
  }

  /**
   * Gives another system more time.
   *
   * @param text the token
   * @param within how long from now, within the bounds of the first time
   * @return by when the stage is to be ended
   */
  public Instant extend(String text, Duration within) {
    Handover.checkBounds(within);
    TokenText token = TokenText.parse(text);
    Standing.Open open = open(token, look(token));
    Instant now = committer.now();
    Duration time = handover.bounded(open.entry(), now, within);
    if (now.plus(time).isAfter(open.lease().until())) {
      extended(token, time);
      return now.plus(time);
    }
    return open.lease().until();
  }

  private Standing look(TokenText token) {
    Entry entry = committer.read(token.held().key()).orElseThrow(Completing::unknown);
    HistoryRow begun =
        first(token, token.after(), row -> HandedOver.isBegun(row, token.digest()))
            .orElseThrow(Completing::unknown);
    return first(token, begun.link().ordinal(), row -> HandedOver.isEnded(row, token.digest()))
        .<Standing>map(row -> new Standing.Ended(outcome(row.step().kind())))
        .orElseGet(() -> unended(token, entry));
  }

  private Optional<HistoryRow> first(TokenText token, long after, Predicate<HistoryRow> asked) {
    return Retries.settled(
        node,
        "reading the history of " + token.held().key(),
        () -> Histories.first(node.ledger().ledger(), token.held().key(), after, asked));
  }

  private static Standing unended(TokenText token, Entry entry) {
    return entry
        .position()
        .lease()
        .filter(lease -> lease.token().equals(token.held().token()))
        .<Standing>map(lease -> new Standing.Open(entry, lease))
        .orElseGet(
            () ->
                new Standing.Stale(
                    "it is %s in epoch %d now, under fence %d"
                        .formatted(
                            entry.state(), entry.active().epoch(), entry.position().fence())));
  }

  private static CompletionOutcome outcome(TransitionKind kind) {
    if (kind == TransitionKind.STAGE_DONE) {
      return CompletionOutcome.DONE;
    }
    boolean isOver = kind == TransitionKind.FAILED || kind == TransitionKind.SIDE_RUN_FAILED;
    return isOver ? CompletionOutcome.FAILED : CompletionOutcome.RETRIED;
  }

  /** Answers a call that comes again; one of the other kind cannot have its way any more. */
  private static CompletionOutcome matching(TokenText token, boolean done, CompletionOutcome was) {
    if (done != (was == CompletionOutcome.DONE)) {
      throw stale(token, "it was ended by this token before, as " + was);
    }
    return was;
  }

  private static Standing.Open open(TokenText token, Standing standing) {
    if (standing instanceof Standing.Open open) {
      return open;
    } else if (standing instanceof Standing.Ended ended) {
      throw stale(token, "it was ended by this token before, as " + ended.outcome());
    }
    throw stale(token, ((Standing.Stale) standing).why());
  }

  private static CompletionRefusedException stale(TokenText token, String why) {
    return new CompletionRefusedException(
        CompletionRefusedException.Reason.STALE,
        "the right to end a stage of %s under %s is over: %s; nothing took effect, and if the stage"
                .formatted(token.held().key(), token.held().token(), why)
            + " is run again it hands on another token");
  }

  /** Says the same of a sequence that there is not and of a token that was made up. */
  private static CompletionRefusedException unknown() {
    return new CompletionRefusedException(
        CompletionRefusedException.Reason.UNKNOWN,
        "this ledger has not made such a token, or keeps that part of the history no more; nothing"
            + " took effect");
  }

  private Pipeline pipeline(Entry entry) {
    String name = entry.active().pipeline().name();
    return node.pipeline(name)
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "%s belongs to pipeline %s, which this engine does not have; complete it with one that has it"
                        .formatted(entry.key(), name)));
  }

  /** Takes the lease, for at least a lease time. */
  private HeldLeases.Grip grip(TokenText token, Standing.Open open) {
    Duration left = Duration.between(committer.now(), open.lease().until());
    Duration least = node.policies().work().lease();
    return left.compareTo(least) >= 0 ? leases.take(token.held(), left) : extended(token, least);
  }

  private HeldLeases.Grip extended(TokenText token, Duration time) {
    HeldLeases.Grip grip = leases.take(token.held(), time);
    try {
      leases.extend(grip, time);
    } catch (StageCancelledException e) {
      throw stale(token, "somebody has taken it over just now");
    }
    return grip;
  }

  private SealedOutput output(Entry entry, HeldLeases.Grip grip, StageCompletion completion)
      throws IOException {
    ContentPrefix prefix =
        KeyLayout.output(
            entry.key(),
            entry.active().epoch(),
            grip.held().token(),
            node.seams().randomBits().getAsLong());
    try (StageRun run = new StageRun(node, entry, grip, prefix, Completing::leftAgain)) {
      completion.complete(run);
      return run.seal();
    } catch (StageCancelledException e) {
      throw new OutcomeUnknownException(
          "the output of %s was not taken, and nothing of it took effect; repeat the call, which tells"
                  .formatted(entry.key())
              + " whether the right to end it still holds",
          e);
    }
  }

  private static CompletionToken leftAgain(Entry entry, HeldLeases.Grip grip, Duration within) {
    throw new PermanentStageException(
        "who completes a stage of %s cannot leave it to another system again; extend its time"
            .formatted(entry.key()));
  }

  private CompletionOutcome commit(TokenText token, Entry entry, Event event) {
    boolean done = event instanceof Event.StageDone;
    Committer.Result result = committer.applyWithLease(entry, token.held().token(), event);
    if (result instanceof Committer.Result.Committed committed) {
      tell(entry, event, committed.after());
      boolean isOver =
          committed.after().state() == State.FAILED
              || committed.after().active().epoch() != entry.active().epoch();
      return done
          ? CompletionOutcome.DONE
          : isOver ? CompletionOutcome.FAILED : CompletionOutcome.RETRIED;
    } else if (result instanceof Committer.Result.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether the stage of %s was ended is unknown; repeat the call with the same token"
              .formatted(entry.key()),
          unknown.cause());
    }
    // Another call with the same token may have been faster.
    if (look(token) instanceof Standing.Ended ended) {
      return matching(token, done, ended.outcome());
    }
    throw stale(token, ((Committer.Result.Superseded) result).reason());
  }

  /** The attempt is that of the node which left the stage, whose lease it is. */
  private void tell(Entry before, Event event, Entry after) {
    before
        .position()
        .lease()
        .flatMap(lease -> WorkEnds.of(before, event, after, lease.nodeVersion()))
        .ifPresent(
            end -> {
              rates.ended(end);
              supervisor.ended(node.seams().tasks(), end);
            });
    if (supervisor.isHeard()) {
      LeasedDriver.news(before, event, after)
          .ifPresent(news -> supervisor.news().giveReport(node.seams().tasks(), news));
    }
    progress.run();
  }
}
