package dev.ingest.core.engine;

import dev.ingest.core.CompletionToken;
import dev.ingest.core.Completions;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;

/**
 * Leaves stages to other systems.
 *
 * <p>The order of durable effects is the protocol: the history gets the digest of the token, then
 * the lease is extended, and only then has the stage the token. A crash after the first leaves a
 * lease that runs out as any other; after the second, one that runs until the time is over that the
 * stage asked for, and then is taken over as any other. In neither case does anybody have a token
 * that is not valid, or that somebody else's work stands against. Thread-safe.
 */
final class Handover implements StageRun.Later {

  private final Node node;
  private final Committer committer;
  private final HeldLeases leases;

  Handover(Node node, Committer committer, HeldLeases leases) {
    this.node = node;
    this.committer = committer;
    this.leases = leases;
  }

  @Override
  public CompletionToken leave(Entry entry, HeldLeases.Grip grip, Duration within) {
    checkBounds(within);
    Instant now = committer.now(grip);
    Duration time = bounded(entry, now, within);
    TokenText token = TokenText.draw(entry, grip.held().token(), node.seams().randomBits());
    Instant until = now.plus(time);
    Committer.Result result =
        committer.applyWithLease(
            entry, grip.held().token(), new Event.StagePending(token.digest(), until));
    if (result instanceof Committer.Result.Superseded superseded) {
      throw new StageCancelledException(
          "%s was not left to another system: %s".formatted(entry.key(), superseded.reason()));
    } else if (result instanceof Committer.Result.Unknown unknown) {
      throw new OutcomeUnknownException(
          "whether %s was left to another system is unknown; another attempt follows"
              .formatted(entry.key()),
          unknown.cause());
    }
    leases.leave(grip, time);
    return new CompletionToken(token.text(), until);
  }

  static void checkBounds(Duration within) {
    if (within.compareTo(Duration.ofMillis(1)) < 0 || within.compareTo(Completions.LONGEST) > 0) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TIME,
          within.toString(),
          "a stage is completed within 1 ms to " + Completions.LONGEST);
    }
  }

  /**
   * Bounds a time by the deadline of the sequence, where that is ahead: past it nobody waits in
   * silence. One that is overdue was told so, and gains nothing by being begun again and again. A
   * lease time is left in any case, so that what comes just before the deadline is not cut off.
   */
  Duration bounded(Entry entry, Instant now, Duration within) {
    Duration left = Duration.between(now, entry.receipt().deadline());
    Duration lease = node.policies().work().lease();
    if (left.isNegative() || left.isZero() || left.compareTo(within) >= 0) {
      return within;
    }
    Duration least = lease.compareTo(within) < 0 ? lease : within;
    return left.compareTo(least) > 0 ? left : least;
  }
}
