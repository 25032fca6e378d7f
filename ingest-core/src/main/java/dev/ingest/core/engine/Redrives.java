package dev.ingest.core.engine;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.Pipeline;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs that are redrives: of what is FAILED, and of what is in flight past its deadline. They take
 * the place of the primary run under a new epoch.
 *
 * <p>A VERIFIED sequence has a result that readers see, and needs a run beside it; without one its
 * start is impossible, and said to be so.
 */
final class Redrives implements RunStarter {

  /** The lifecycle writes the epoch last; a reason, which may hold anything, comes before it. */
  private static final Pattern EPOCH = Pattern.compile("(?:^|; )epoch=([0-9]{1,9})$");

  private final Node node;
  private final Committer committer;
  private final Acting acting;

  Redrives(Node node, Committer committer, Acting acting) {
    this.node = node;
    this.committer = committer;
    this.acting = acting;
  }

  @Override
  public boolean isDue(Entry seen) {
    return !seen.state().isInFlight() || seen.standing().overdue();
  }

  @Override
  public Supplier<Start> begin(Entry seen, String pipeline, Act by, Instant now) {
    if (seen.state() == State.VERIFIED) {
      return () -> new Start.Impossible(BackfillCause.REPLACEMENT_UNSUPPORTED.name());
    }
    if (!BackfillHolds.isRecoverable(seen)) {
      return () -> new Start.Impossible(BackfillCause.UNRECOVERABLE.name());
    }
    Optional<Pipeline> on = node.pipeline(pipeline);
    if (on.isEmpty()) {
      return () -> new Start.Elsewhere("this node does not have pipeline " + pipeline);
    }
    Event event = acting.redriven(seen, on.get(), by, now);
    if (Lifecycle.decide(seen, event, now) instanceof Decision.Refused) {
      return () -> new Start.Impossible(BackfillCause.START_REFUSED.name());
    }
    Supplier<Committer.Result> result = committer.beginIfUnchanged(seen, event, now);
    return () -> start(result.get());
  }

  private static Start start(Committer.Result result) {
    if (result instanceof Committer.Result.Committed committed) {
      return new Start.Started(committed.after().run().epoch());
    } else if (result instanceof Committer.Result.Superseded superseded) {
      return new Start.Changed(superseded.reason());
    }
    return new Start.Unknown(((Committer.Result.Unknown) result).cause());
  }

  @Override
  public Optional<Integer> started(Entry entry, Act by) {
    if (entry.run().epoch() == 1) {
      return Optional.empty();
    }
    return Histories.last(
            node.ledger().ledger(),
            entry.key(),
            entry.chain().length(),
            row ->
                row.step().kind() == TransitionKind.REDRIVEN
                    && row.note().actor().equals(by.actor()))
        .map(Redrives::epoch);
  }

  private static int epoch(HistoryRow row) {
    Matcher epoch = EPOCH.matcher(row.note().detail());
    if (!epoch.find()) {
      throw new IllegalStateException(
          "row %d of the history of %s should end with the epoch that began, found \"%s\""
              .formatted(row.link().ordinal(), row.key(), row.note().detail()));
    }
    return Integer.parseInt(epoch.group(1));
  }

  @Override
  public End look(Entry entry, int epoch) {
    boolean isLatest = entry.run().epoch() == epoch;
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED -> isLatest ? new End.Running() : superseded();
      case VERIFIED, EXPIRING, EXPIRED ->
          entry.published().map(Publication::epoch).equals(Optional.of(epoch))
              ? new End.Proven()
              : superseded();
      case FAILED -> isLatest ? new End.Failed(code(entry)) : superseded();
      case DISCARDING, DISCARDED, LOST -> new End.Failed(BackfillCause.UNRECOVERABLE.name());
    };
  }

  private static End superseded() {
    return new End.Failed(BackfillCause.SUPERSEDED.name());
  }

  private static String code(Entry entry) {
    return entry.standing().failure().map(Failure::code).orElse(BackfillCause.OTHER.name());
  }
}
