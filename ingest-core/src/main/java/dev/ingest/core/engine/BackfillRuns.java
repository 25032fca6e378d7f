package dev.ingest.core.engine;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.Pipeline;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The runs of backfills: redrives of what is FAILED, or in flight past its deadline, under a new
 * epoch; and replacement runs of what is VERIFIED, beside the result that readers see, until their
 * candidate is proven and takes its place.
 */
final class BackfillRuns implements RunStarter {

  /** The lifecycle writes the epoch of a redrive after the reason, which may hold anything. */
  private static final Pattern REDRIVEN =
      Pattern.compile("(?:^|; )epoch=([0-9]{1,9})(?:; backfill=[a-z0-9._-]+)?$");

  /** The epoch of a run beside a result stands second, after the kind. */
  private static final Pattern BESIDE = Pattern.compile("(?:^|; )run=[A-Z]+; epoch=([0-9]{1,9}); ");

  /** Fields have lower-case names, and codes of failures are in capitals. */
  private static final Pattern CODE = Pattern.compile("; ([A-Z][A-Z0-9_]{0,63})=");

  private final Node node;
  private final Committer committer;
  private final Acting acting;

  BackfillRuns(Node node, Committer committer, Acting acting) {
    this.node = node;
    this.committer = committer;
    this.acting = acting;
  }

  @Override
  public boolean isDue(Entry seen) {
    return seen.state().isInFlight() ? seen.standing().overdue() : seen.beside().run().isEmpty();
  }

  @Override
  public Optional<String> lacking(String pipeline) {
    return node.pipeline(pipeline).isPresent()
        ? Optional.empty()
        : Optional.of("this node does not have pipeline " + pipeline);
  }

  @Override
  public Supplier<Start> begin(Entry seen, String pipeline, String backfill, Act by, Instant now) {
    if (!BackfillHolds.isRecoverable(seen)) {
      return () -> new Start.Impossible(BackfillCause.UNRECOVERABLE.name());
    }
    Pipeline on = node.pipeline(pipeline).orElseThrow();
    Event event =
        seen.state() == State.VERIFIED
            ? new SideRunEvent.Started(
                RunKind.REPLACEMENT, on.ref(), on.stages().get(0).ref(), Optional.of(backfill), by)
            : acting.redriven(seen, on, Optional.of(backfill), by, now);
    if (Lifecycle.decide(seen, event, now) instanceof Decision.Refused) {
      return () -> new Start.Impossible(BackfillCause.START_REFUSED.name());
    }
    int epoch = seen.nextEpoch();
    Supplier<Committer.Result> result = committer.beginIfUnchanged(seen, event, now);
    return () -> start(result.get(), epoch);
  }

  private static Start start(Committer.Result result, int epoch) {
    if (result instanceof Committer.Result.Committed) {
      return new Start.Started(epoch);
    } else if (result instanceof Committer.Result.Superseded superseded) {
      return new Start.Changed(superseded.reason());
    }
    return new Start.Unknown(((Committer.Result.Unknown) result).cause());
  }

  @Override
  public Optional<Integer> started(Entry entry, Act by) {
    if (entry.nextEpoch() == 2) {
      // The first epoch is that of the acceptance.
      return Optional.empty();
    }
    return Histories.last(
            node.ledger().ledger(),
            entry.key(),
            entry.chain().length(),
            row -> row.note().actor().equals(by.actor()) && isStart(row))
        .map(BackfillRuns::epoch);
  }

  private static boolean isStart(HistoryRow row) {
    return row.step().kind() == TransitionKind.REDRIVEN
        || row.step().kind() == TransitionKind.SIDE_RUN_STARTED;
  }

  private static int epoch(HistoryRow row) {
    Pattern form = row.step().kind() == TransitionKind.REDRIVEN ? REDRIVEN : BESIDE;
    Matcher epoch = form.matcher(row.note().detail());
    if (!epoch.find()) {
      throw new IllegalStateException(
          "row %d of the history of %s should tell the epoch that began, found \"%s\""
              .formatted(row.link().ordinal(), row.key(), row.note().detail()));
    }
    return Integer.parseInt(epoch.group(1));
  }

  @Override
  public End look(Entry entry, int epoch, String backfill) {
    boolean isLatest = isSame(entry.run(), epoch, backfill);
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED -> isLatest ? new End.Running() : superseded();
      case VERIFIED, EXPIRING, EXPIRED -> lookBeside(entry, epoch, isLatest);
      case FAILED -> isLatest ? new End.Failed(code(entry)) : lookFailed(entry, epoch);
      case DISCARDING, DISCARDED, LOST -> new End.Failed(BackfillCause.UNRECOVERABLE.name());
    };
  }

  /** The one that was started, or what a re-routing has made of it. */
  private static boolean isSame(Run run, int epoch, String backfill) {
    return run.epoch() == epoch
        || (run.epoch() > epoch && run.backfill().equals(Optional.of(backfill)));
  }

  private End lookBeside(Entry entry, int epoch, boolean isLatest) {
    int expected = isLatest ? entry.run().epoch() : epoch;
    if (entry.published().map(Publication::epoch).equals(Optional.of(expected))) {
      return new End.Proven();
    }
    if (entry.beside().run().map(Run::epoch).equals(Optional.of(epoch))) {
      return new End.Running();
    }
    return ended(entry, epoch).orElseGet(BackfillRuns::superseded);
  }

  /**
   * Damage of the result that readers see ends the run beside it, in no name and without a row of
   * its own. Nobody else's run is the cause then, unless one was begun since.
   */
  private End lookFailed(Entry entry, int epoch) {
    return entry.nextEpoch() > epoch + 1
        ? superseded()
        : ended(entry, epoch).orElseGet(() -> new End.Failed(code(entry)));
  }

  /** How a run beside a result ended, if it did so by itself or was cancelled. */
  private Optional<End> ended(Entry entry, int epoch) {
    return Histories.last(
            node.ledger().ledger(),
            entry.key(),
            entry.chain().length(),
            row -> isEnd(row) && epoch(row) == epoch)
        .map(BackfillRuns::failure);
  }

  private static boolean isEnd(HistoryRow row) {
    return row.step().kind() == TransitionKind.SIDE_RUN_FAILED
        || row.step().kind() == TransitionKind.SIDE_RUN_CANCELLED;
  }

  private static End failure(HistoryRow row) {
    if (row.step().kind() == TransitionKind.SIDE_RUN_CANCELLED) {
      return new End.Failed(BackfillCause.RUN_CANCELLED.name());
    }
    Matcher code = CODE.matcher(row.note().detail());
    return new End.Failed(code.find() ? code.group(1) : BackfillCause.OTHER.name());
  }

  private static End superseded() {
    return new End.Failed(BackfillCause.SUPERSEDED.name());
  }

  private static String code(Entry entry) {
    return entry.standing().failure().map(Failure::code).orElse(BackfillCause.OTHER.name());
  }
}
