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
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Takes decisions to the ledger and brings back what became of them.
 *
 * <p>Two loops, both bounded. An unknown outcome is resolved by submitting the <em>same</em>
 * transition again: its id makes that idempotent, and only the ledger can say whether it landed. A
 * stale version under a current token means that someone set a mark meanwhile: the entry is read
 * again, the event decided again and committed anew, so that finished work is not thrown away.
 */
public final class Committer {

  private static final int MAX_SUBMISSIONS = 6;
  private static final int MAX_DECISIONS = 16;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  private final Node node;

  /**
   * Creates a committer.
   *
   * @param node what it works for
   */
  public Committer(Node node) {
    this.node = node;
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

  /**
   * Applies an event under a lease.
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
   * Applies an event that needs no lease: a mark or a recorded act.
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
    Instant now = now();
    if (Lifecycle.decide(seen, event, now) instanceof Decision.Change change) {
      Transition transition = link(change, seen, Optional.empty(), now);
      Outcome outcome = submit(transition);
      if (outcome instanceof Outcome.NotApplied refusal) {
        return new Result.Superseded(refusal.reason() + ": " + refusal.detail());
      }
      return outcome instanceof Outcome.Unknown unknown
          ? new Result.Unknown(unknown.cause())
          : new Result.Committed(transition.after());
    }
    return new Result.Superseded(event.kind() + " does not apply to " + seen.key());
  }

  private Transition link(
      Decision.Change change, Entry entry, Optional<LeaseToken> token, Instant now) {
    return HistoryChain.link(
        change,
        guard(entry.version(), token),
        Optional.of(entry.state()),
        node.newTransitionId(),
        now,
        node.actor());
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
      Instant now = now();
      Decision decision = Lifecycle.decide(entry, event, now);
      if (decision instanceof Decision.Refused refused) {
        return new Result.Superseded(refused.reason());
      }
      Transition transition = link((Decision.Change) decision, entry, token, now);
      Outcome outcome = submit(transition);
      if (outcome instanceof Outcome.Applied) {
        return new Result.Committed(transition.after());
      } else if (outcome instanceof Outcome.Unknown unknown) {
        return new Result.Unknown(unknown.cause());
      }
      Outcome.NotApplied refusal = (Outcome.NotApplied) outcome;
      if (refusal.reason() != Outcome.Reason.STALE_VERSION) {
        return new Result.Superseded(refusal.reason() + ": " + refusal.detail());
      }
      Optional<Entry> reread = read(entry.key());
      if (reread.isEmpty()) {
        return new Result.Superseded(entry.key() + " is not in " + node.ledger().name());
      }
      entry = reread.get();
    }
    return new Result.Unknown(
        new IllegalStateException(
            entry.key() + " changed " + MAX_DECISIONS + " times while " + event.kind()));
  }

  /**
   * Submits one transition until its outcome is known or the attempts are spent.
   *
   * @param transition the transition
   * @return applied or not; unknown only after {@value #MAX_SUBMISSIONS} attempts
   */
  public Outcome submit(Transition transition) {
    Outcome outcome = submitOnce(transition);
    Duration pause = FIRST_PAUSE;
    for (int i = 1; i < MAX_SUBMISSIONS && outcome instanceof Outcome.Unknown; i++) {
      if (!node.seams().pause().await(pause)) {
        return outcome;
      }
      pause = pause.multipliedBy(2);
      outcome = submitOnce(transition);
    }
    return outcome;
  }

  /**
   * Reads an entry.
   *
   * @param key the sequence
   * @return the entry, or empty
   */
  public Optional<Entry> read(SequenceKey key) {
    return Retries.settled(node, "finding " + key, () -> ledger().find(List.of(key)).get(0));
  }

  Instant now() {
    return Retries.settled(node, "asking the time", () -> ledger().now());
  }

  private Outcome submitOnce(Transition transition) {
    try {
      return ledger().commit(List.of(transition)).get(0);
    } catch (RuntimeException e) {
      return new Outcome.Unknown(e);
    }
  }

  private Ledger ledger() {
    return node.ledger().ledger();
  }

  private static Guard guard(long version, Optional<LeaseToken> token) {
    return token
        .<Guard>map(lease -> new Guard.WithLease(lease, version))
        .orElseGet(() -> new Guard.AtVersion(version));
  }
}
