package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.LeaseLost;
import dev.ingest.core.lifecycle.Event.StageDone;
import dev.ingest.core.lifecycle.Event.StageFailed;
import dev.ingest.core.lifecycle.Event.StagePending;
import dev.ingest.core.lifecycle.Event.VerificationFailed;
import dev.ingest.core.lifecycle.Event.VerificationUnknown;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Optional;

/**
 * The part of the lifecycle of replacement and shadow runs. They run beside the published result of
 * a VERIFIED sequence, which stays as it is in all that can become of them but one: a replacement
 * whose candidate was proven takes its place, in one step.
 *
 * <p>The mark of leftovers is set when such a run begins and stays until it is swept after the
 * run's end, so that nothing that a run leaves, whatever became of it, is left.
 */
final class SideRuns {

  private SideRuns() {}

  /** Tells whether an event of a VERIFIED sequence is about the run beside its result. */
  static boolean concern(Entry entry, Event event) {
    return entry.state() == State.VERIFIED
        && switch (event.kind()) {
          case STAGE_DONE,
              STAGE_FAILED,
              STAGE_PENDING,
              LEASE_LOST,
              VERIFICATION_FAILED,
              VERIFICATION_UNKNOWN,
              SIDE_RUN_CANCELLED,
              REPLACED,
              COMPARED ->
              true;
          case VERIFIED,
              DEADLINE_PASSED,
              EXPIRY_NEAR,
              TOLD_EARLY,
              DEADLINE_EXTENDED,
              HOLD_PLACED,
              HOLD_RELEASED,
              REDRIVEN,
              REROUTED,
              READMITTED,
              DISCARD_DECIDED,
              DISPOSAL_FINISHED,
              EXPIRY_STARTED,
              DAMAGE_FOUND,
              RAW_DAMAGE_FOUND,
              PROOF_RENEWED,
              LEFTOVERS_SWEPT,
              SIDE_RUN_STARTED,
              SUPERSEDED_RELEASED ->
              false;
        };
  }

  /** Decides what such an event makes of the run. */
  static Decision decide(Draft draft, Event event) {
    Optional<Run> side = draft.entry().beside().run();
    if (side.isEmpty()) {
      return draft.refused(
          () -> "no run is beside its result, to which " + event.kind() + " would apply");
    }
    Run run = side.get();
    if (event instanceof StageDone done) {
      return stageDone(draft, run, done);
    } else if (event instanceof StageFailed failed) {
      return stageFailed(draft, run, failed);
    } else if (event instanceof StagePending pending) {
      return Lifecycle.stagePending(draft, pending);
    } else if (event instanceof LeaseLost lost) {
      return leaseLost(draft, run, lost);
    } else if (event instanceof VerificationFailed failed) {
      return failed(draft, run, failed.failure());
    } else if (event instanceof VerificationUnknown unknown) {
      return verificationUnknown(draft, run, unknown);
    } else if (event instanceof SideRunEvent.Replaced replaced) {
      return replaced(draft, run, replaced);
    } else if (event instanceof SideRunEvent.Compared compared) {
      return compared(draft, run, compared);
    } else if (event instanceof SideRunEvent.Cancelled cancelled) {
      return end(draft, run).by(cancelled.by()).mark(TransitionKind.SIDE_RUN_CANCELLED);
    }
    throw new IllegalStateException(event.kind() + " does not concern a run beside a result");
  }

  static Decision started(Draft draft, SideRunEvent.Started event) {
    Entry entry = draft.entry();
    Optional<Run> other = entry.beside().run();
    if (other.isPresent()) {
      return draft.refused(
          () -> describe(other.get()) + " is under way; wait for it, or cancel it");
    }
    if (!entry.run().output().equals(entry.published().map(Publication::result))) {
      return draft.refused(() -> "its result is not the one of its run, " + entry.run());
    }
    Run side =
        Run.begin(entry.nextEpoch(), event.runKind(), event.pipeline(), event.first())
            .inNameOf(event.backfill());
    draft
        .run(entry.run().as(RunKind.PRIMARY).withAttempts(0))
        .beside(entry.beside().withRun(side))
        .leftovers(true)
        .endLease(draft.now());
    return named(draft, side).by(event.by()).mark(TransitionKind.SIDE_RUN_STARTED);
  }

  private static Decision stageDone(Draft draft, Run run, StageDone event) {
    return goOn(draft, run.movedTo(event.next(), event.output()))
        .endLease(draft.now())
        .endedBy(event.token())
        .note("output", event.output())
        .mark(TransitionKind.STAGE_DONE);
  }

  private static Decision stageFailed(Draft draft, Run run, StageFailed event) {
    draft.endedBy(event.token());
    if (event.permanent()) {
      return failed(draft, run, event.failure());
    }
    if (run.attempts() >= event.maxAttempts()) {
      return failed(
          draft, run, Lifecycle.attemptsExhausted(run, run.attempts(), event.failure().message()));
    }
    return draft
        .endLease(event.retryAt())
        .note("attempt", run.attempts() + " of " + event.maxAttempts())
        .note(event.failure().code(), event.failure().message())
        .mark(TransitionKind.STAGE_RETRIED);
  }

  private static Decision leaseLost(Draft draft, Run run, LeaseLost event) {
    draft.note("lost", event.lost().token()).note("holder", event.lost().node());
    if (run.attempts() > event.maxAttempts()) {
      return failed(
          draft,
          run,
          Lifecycle.attemptsExhausted(
              run,
              run.attempts() - 1,
              "each attempt ended without a word from its node; the last was "
                  + event.lost().node()));
    }
    return draft.mark(TransitionKind.LEASE_LOST);
  }

  private static Decision verificationUnknown(Draft draft, Run run, VerificationUnknown event) {
    if (event.maxAttempts().isPresent() && run.attempts() >= event.maxAttempts().getAsInt()) {
      return failed(draft, run, event.cause());
    }
    if (event.maxAttempts().isEmpty()) {
      // As for a primary run: an unreadable store says nothing about the candidate.
      goOn(draft, run.withAttempts(Math.max(0, run.attempts() - 1)));
    }
    return draft
        .alert(AlertCode.VERIFICATION_UNKNOWN, run, told -> event.cause().message())
        .endLease(event.retryAt())
        .note(event.cause().code(), event.cause().message())
        .mark(TransitionKind.VERIFICATION_UNKNOWN);
  }

  private static Decision replaced(Draft draft, Run run, SideRunEvent.Replaced event) {
    Optional<Decision> objection = objection(draft, run, RunKind.REPLACEMENT, event.observedRoot());
    if (objection.isPresent()) {
      return objection.get();
    }
    Entry entry = draft.entry();
    Publication before = entry.published().orElseThrow();
    Publication after = new Publication(run.output().orElseThrow(), run.epoch(), event.provenAt());
    Instant until = draft.now().plus(event.keep());
    boolean isKept = until.isAfter(draft.now());
    // One superseded result is kept: that which readers saw last. An earlier one goes now.
    Beside beside =
        entry
            .beside()
            .withoutRun()
            .withSuperseded(isKept ? Optional.of(new Superseded(before, until)) : Optional.empty());
    draft
        .publish(Optional.of(after))
        .run(run.as(RunKind.PRIMARY).withAttempts(0))
        .beside(beside)
        .failure(Optional.empty())
        .endLease(draft.now());
    return named(draft, run)
        .note("observed", event.observedRoot())
        .note("replaced epoch", before.epoch())
        .note("kept until", until)
        .mark(TransitionKind.REPLACED);
  }

  private static Decision compared(Draft draft, Run run, SideRunEvent.Compared event) {
    Optional<Decision> objection = objection(draft, run, RunKind.SHADOW, event.observedRoot());
    if (objection.isPresent()) {
      return objection.get();
    }
    if (!event.isEqual()) {
      draft.alert(AlertCode.SHADOW_DIFFERS, run, told -> event.report());
    }
    return end(draft, run)
        .note("observed", event.observedRoot())
        .note("equal", event.isEqual())
        .note("report", event.report())
        .mark(TransitionKind.COMPARED);
  }

  /** Says why a candidate that was read back is not to be published, or compared. */
  private static Optional<Decision> objection(
      Draft draft, Run run, RunKind expected, Digest observedRoot) {
    if (run.kind() != expected) {
      return Optional.of(
          draft.refused(
              () -> "a " + expected + " run was read back, " + describe(run) + " is there"));
    }
    Optional<Digest> root = run.output().map(SealedOutput::manifest).map(made -> made.root());
    if (run.stage().isPresent() || !root.equals(Optional.of(observedRoot))) {
      return Optional.of(
          draft.refused(
              () -> "read back root " + observedRoot + ", expected a candidate of root " + root));
    }
    return Optional.empty();
  }

  static Decision released(Draft draft) {
    Beside beside = draft.entry().beside();
    Optional<Superseded> superseded = beside.superseded();
    if (superseded.isEmpty() || draft.now().isBefore(superseded.get().until())) {
      return draft.refused(() -> "no superseded result of it is past its time, " + superseded);
    }
    return draft
        .beside(beside.withSuperseded(Optional.empty()))
        .leftovers(true)
        .note("epoch", superseded.get().publication().epoch())
        .note("root", superseded.get().publication().result().manifest().root())
        .note("until", superseded.get().until())
        .mark(TransitionKind.SUPERSEDED_RELEASED);
  }

  private static Decision failed(Draft draft, Run run, Failure failure) {
    return end(draft, run)
        .alert(
            AlertCode.SIDE_RUN_FAILED,
            run,
            told ->
                describe(run)
                    + " failed, the published result stays; "
                    + failure.code()
                    + ": "
                    + failure.message())
        .note(failure.code(), failure.message())
        .mark(TransitionKind.SIDE_RUN_FAILED);
  }

  /** Ends the run: what it made is referred to by nothing any more. */
  private static Draft end(Draft draft, Run run) {
    draft.beside(draft.entry().beside().withoutRun()).endLease(draft.now());
    return named(draft, run);
  }

  private static Draft goOn(Draft draft, Run run) {
    return draft.beside(draft.entry().beside().withRun(run));
  }

  /** Notes which run it is. */
  private static Draft named(Draft draft, Run run) {
    draft
        .note("run", run.kind())
        .note("epoch", run.epoch())
        .note("pipeline", run.pipeline().name())
        .note("plan", run.pipeline().plan());
    run.backfill().ifPresent(name -> draft.note("backfill", name));
    return draft;
  }

  /** Says which run it is, for people. */
  static String describe(Run run) {
    return "a "
        + run.kind()
        + " run of epoch "
        + run.epoch()
        + " on "
        + run.pipeline().name()
        + run.backfill().map(name -> " for backfill " + name).orElse("");
  }
}
