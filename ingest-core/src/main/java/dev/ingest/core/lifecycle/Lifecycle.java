package dev.ingest.core.lifecycle;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.DamageFound;
import dev.ingest.core.lifecycle.Event.DeadlineExtended;
import dev.ingest.core.lifecycle.Event.DiscardDecided;
import dev.ingest.core.lifecycle.Event.ExpiryNear;
import dev.ingest.core.lifecycle.Event.ExpiryStarted;
import dev.ingest.core.lifecycle.Event.HoldPlaced;
import dev.ingest.core.lifecycle.Event.HoldReleased;
import dev.ingest.core.lifecycle.Event.LeaseLost;
import dev.ingest.core.lifecycle.Event.ProofRenewed;
import dev.ingest.core.lifecycle.Event.RawDamageFound;
import dev.ingest.core.lifecycle.Event.Readmitted;
import dev.ingest.core.lifecycle.Event.Redriven;
import dev.ingest.core.lifecycle.Event.Rerouted;
import dev.ingest.core.lifecycle.Event.StageDone;
import dev.ingest.core.lifecycle.Event.StageFailed;
import dev.ingest.core.lifecycle.Event.StagePending;
import dev.ingest.core.lifecycle.Event.ToldEarly;
import dev.ingest.core.lifecycle.Event.VerificationFailed;
import dev.ingest.core.lifecycle.Event.VerificationUnknown;
import dev.ingest.core.lifecycle.Event.Verified;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The lifecycle of a sequence: one pure function of an entry, an event and the time.
 *
 * <p>{@link EventKind} is the table of what may follow what; the methods below, in the order of
 * that table, say under which condition and with which marks, history and alerts. No I/O, no clock,
 * no randomness: whoever drives it supplies the time and the jitter, so that a simulation and an
 * exhaustive exploration run exactly this code.
 *
 * <p>Rules that hold throughout: what ends the work on a run ends its lease; a mark keeps the
 * lease; FAILED, overdue and disposal carry their alert; {@code leftovers} is set whenever bytes
 * may be stored that nothing will refer to.
 */
public final class Lifecycle {

  private Lifecycle() {}

  /**
   * Decides what an event makes of an entry.
   *
   * @param entry the entry as it is
   * @param event what happened
   * @param now the ledger's time
   * @return the change, or why there is none
   */
  public static Decision decide(Entry entry, Event event, Instant now) {
    if (!event.kind().isPossibleIn(entry.state())) {
      return new Decision.Refused(
          () ->
              "%s is %s; %s does not apply, it needs %s"
                  .formatted(entry.key(), entry.state(), event.kind(), event.kind().states()));
    }
    Draft draft = new Draft(entry, now);
    Decision decision =
        SideRuns.concern(entry, event) ? SideRuns.decide(draft, event) : dispatch(draft, event);
    if (decision instanceof Decision.Change change
        && !event.kind().leads(entry.state(), change.after().state())) {
      throw new IllegalStateException(
          event.kind() + " must not lead from " + entry.state() + " to " + change.after().state());
    }
    return decision;
  }

  private static Decision dispatch(Draft draft, Event event) {
    return switch (event.kind()) {
      case STAGE_DONE -> stageDone(draft, (StageDone) event);
      case STAGE_FAILED -> stageFailed(draft, (StageFailed) event);
      case STAGE_PENDING -> stagePending(draft, (StagePending) event);
      case LEASE_LOST -> leaseLost(draft, (LeaseLost) event);
      case VERIFIED -> verified(draft, (Verified) event);
      case VERIFICATION_FAILED -> failed(draft, ((VerificationFailed) event).failure());
      case VERIFICATION_UNKNOWN -> verificationUnknown(draft, (VerificationUnknown) event);
      case DEADLINE_PASSED -> Deadlines.passed(draft);
      case EXPIRY_NEAR -> expiryNear(draft, (ExpiryNear) event);
      case TOLD_EARLY -> Deadlines.toldEarly(draft, (ToldEarly) event);
      case DEADLINE_EXTENDED -> Deadlines.extended(draft, (DeadlineExtended) event);
      case HOLD_PLACED -> holdPlaced(draft, (HoldPlaced) event);
      case HOLD_RELEASED -> holdReleased(draft, (HoldReleased) event);
      case REDRIVEN -> redriven(draft, (Redriven) event);
      case REROUTED -> Rerouting.rerouted(draft, (Rerouted) event);
      case READMITTED -> readmitted(draft, (Readmitted) event);
      case DISCARD_DECIDED -> discardDecided(draft, (DiscardDecided) event);
      case DISPOSAL_FINISHED -> disposalFinished(draft);
      case EXPIRY_STARTED -> Expiry.started(draft, (ExpiryStarted) event);
      case DAMAGE_FOUND -> damageFound(draft, (DamageFound) event);
      case RAW_DAMAGE_FOUND -> Rereading.rawDamageFound(draft, (RawDamageFound) event);
      case PROOF_RENEWED -> Rereading.proofRenewed(draft, (ProofRenewed) event);
      case LEFTOVERS_SWEPT -> leftoversSwept(draft);
      case SIDE_RUN_STARTED -> SideRuns.started(draft, (SideRunEvent.Started) event);
      case SIDE_RUN_CANCELLED, REPLACED, COMPARED -> SideRuns.decide(draft, event);
      case SUPERSEDED_RELEASED -> SideRuns.released(draft);
    };
  }

  private static Decision stageDone(Draft draft, StageDone event) {
    boolean last = event.next().isEmpty();
    // The output of the stage before is read no more once this one is sealed.
    boolean superseded = draft.entry().run().output().isPresent();
    return draft
        .run(draft.entry().run().movedTo(event.next(), event.output()))
        .leftovers(superseded)
        .endLease(draft.now())
        .endedBy(event.token())
        .note("output", event.output())
        .moveTo(last ? State.PROCESSED : State.ACCEPTED, TransitionKind.STAGE_DONE);
  }

  private static Decision stageFailed(Draft draft, StageFailed event) {
    int attempts = draft.entry().run().attempts();
    draft.leftovers(true).endedBy(event.token());
    if (event.permanent()) {
      return failed(draft, event.failure());
    }
    if (attempts >= event.maxAttempts()) {
      return failed(
          draft, attemptsExhausted(draft.entry().run(), attempts, event.failure().message()));
    }
    return draft
        .endLease(event.retryAt())
        .note("attempt", attempts + " of " + event.maxAttempts())
        .note(event.failure().code(), event.failure().message())
        .moveTo(State.ACCEPTED, TransitionKind.STAGE_RETRIED);
  }

  static Decision stagePending(Draft draft, StagePending event) {
    // Each call that brings its output writes below a prefix of its own, and one may break off.
    return draft
        .leftovers(true)
        .note(HandedOver.BEGUN, event.token())
        .note("until", event.until())
        .mark(TransitionKind.STAGE_PENDING);
  }

  private static Decision leaseLost(Draft draft, LeaseLost event) {
    int attempts = draft.entry().run().attempts();
    draft.leftovers(true).note("lost", event.lost().token()).note("holder", event.lost().node());
    if (attempts > event.maxAttempts()) {
      return failed(
          draft,
          attemptsExhausted(
              draft.entry().run(),
              attempts - 1,
              "each attempt ended without a word from its node, or from the system that was to end"
                  + " it; the last node was "
                  + event.lost().node()));
    }
    return draft.moveTo(draft.entry().state(), TransitionKind.LEASE_LOST);
  }

  private static Decision verified(Draft draft, Verified event) {
    Run run = draft.entry().run();
    var candidate = run.output().orElseThrow();
    if (!candidate.manifest().root().equals(event.observedRoot())) {
      return draft.refused(
          () ->
              "read back root "
                  + event.observedRoot()
                  + ", expected "
                  + candidate.manifest().root());
    }
    boolean late = Deadlines.isLate(draft);
    boolean repaired = draft.entry().standing().failure().isPresent();
    if (late || repaired) {
      draft.alert(
          AlertCode.SEQUENCE_RECOVERED,
          told ->
              late
                  ? "verified after its deadline; nothing to do"
                  : "verified in epoch " + run.epoch() + ", after it was told of; nothing to do");
    }
    return draft
        .publish(Optional.of(new Publication(candidate, run.epoch(), event.provenAt())))
        .run(run.withAttempts(0))
        .standing(draft.standing().withOverdue(false).withEscalations(0))
        .failure(Optional.empty())
        .leftovers(event.strays())
        .endLease(draft.now())
        .note("observed", event.observedRoot())
        .note("overdue", late)
        .repaired(repaired)
        .moveTo(State.VERIFIED, TransitionKind.VERIFIED);
  }

  private static Decision verificationUnknown(Draft draft, VerificationUnknown event) {
    int attempts = draft.entry().run().attempts();
    if (event.maxAttempts().isPresent() && attempts >= event.maxAttempts().getAsInt()) {
      return failed(draft, event.cause());
    }
    if (event.maxAttempts().isEmpty()) {
      // An unreadable store says nothing about the sequence, so it costs it no attempt either.
      draft.run(draft.entry().run().withAttempts(Math.max(0, attempts - 1)));
    }
    return draft
        .alert(AlertCode.VERIFICATION_UNKNOWN, told -> event.cause().message())
        .endLease(event.retryAt())
        .note(event.cause().code(), event.cause().message())
        .moveTo(State.PROCESSED, TransitionKind.VERIFICATION_UNKNOWN);
  }

  private static Decision expiryNear(Draft draft, ExpiryNear event) {
    Instant expiresAt = draft.entry().receipt().expiresAt();
    int level = draft.standing().escalations();
    if (level >= event.escalation() || draft.now().isBefore(expiresAt.minus(event.lead()))) {
      return draft.refused(
          () ->
              "told at level %d, not newly at level %d within %s of its expiry %s"
                  .formatted(level, event.escalation(), event.lead(), expiresAt));
    }
    Duration left = Duration.between(draft.now(), expiresAt);
    return draft
        .standing(draft.standing().withEscalations(event.escalation()))
        .alert(
            AlertCode.SEQUENCE_AT_RISK,
            event.lead().isZero() ? "past its expiry" : "within " + event.lead(),
            told ->
                "%s and not verified; its time to live ends at %s, %s; level %d, within %s of it; %s"
                    .formatted(
                        draft.entry().state(),
                        expiresAt,
                        left.isNegative() ? left.negated() + " ago" : left + " left",
                        event.escalation(),
                        event.lead(),
                        draft
                            .standing()
                            .hold()
                            .map(hold -> "held by " + hold.actor() + ": " + hold.reason())
                            .orElse("no hold is placed")))
        .note("expires", expiresAt)
        .note("level", event.escalation())
        .note("lead", event.lead())
        .mark(TransitionKind.AT_RISK);
  }

  private static Decision holdPlaced(Draft draft, HoldPlaced event) {
    return draft
        .standing(draft.standing().withHold(Optional.of(event.hold())))
        .by(new Act(event.hold().actor(), event.hold().reason()))
        .mark(TransitionKind.HELD);
  }

  private static Decision holdReleased(Draft draft, HoldReleased event) {
    if (draft.standing().hold().isEmpty()) {
      return draft.refused(() -> "no hold is placed");
    }
    return draft
        .standing(draft.standing().withHold(Optional.empty()))
        .by(event.by())
        .mark(TransitionKind.RELEASED);
  }

  private static Decision redriven(Draft draft, Redriven event) {
    Receipt old = draft.entry().receipt();
    if (draft.entry().state().isInFlight() && !draft.standing().overdue()) {
      return draft.refused(
          () ->
              "what is in flight is redriven once it is overdue; its deadline is "
                  + old.deadline());
    }
    boolean expired = !draft.now().isBefore(old.expiresAt());
    boolean isSetBack = draft.now().isBefore(old.acceptedAt());
    Instant earliest = isSetBack ? old.acceptedAt() : draft.now();
    if (event.deadline().isBefore(earliest)
        || (!expired && event.deadline().isAfter(old.expiresAt()))) {
      return draft.refused(
          () ->
              "a redrive's deadline lies from "
                  + (isSetBack ? "its acceptance, " : "now, ")
                  + earliest
                  + (expired ? " on" : ", to " + old.expiresAt()));
    }
    Instant expiresAt = expired ? event.deadline() : old.expiresAt();
    if (event.deadline().isAfter(expiresAt.minus(event.repairWindow()))) {
      draft.alert(
          AlertCode.SEQUENCE_AT_RISK,
          told ->
              "redriven with a deadline of "
                  + event.deadline()
                  + ", which leaves less than "
                  + event.repairWindow()
                  + " to repair it before its time to live ends at "
                  + expiresAt);
    }
    return draft
        .receipt(
            new Receipt(old.key(), old.manifest(), old.acceptedAt(), event.deadline(), expiresAt))
        .run(
            Run.begin(draft.entry().nextEpoch(), RunKind.PRIMARY, event.pipeline(), event.first())
                .inNameOf(event.backfill()))
        .standing(draft.standing().withOverdue(false))
        .leftovers(true)
        .endLease(draft.now())
        .by(event.by())
        .note("epoch", draft.entry().nextEpoch())
        .inNameOf(event.backfill())
        .moveTo(State.ACCEPTED, TransitionKind.REDRIVEN);
  }

  private static Decision readmitted(Draft draft, Readmitted event) {
    Receipt old = draft.entry().receipt();
    if (!event.receipt().key().equals(old.key())
        || !event.receipt().manifest().root().equals(old.manifest().root())) {
      return draft.refused(
          () -> "a re-upload repairs only with the same root " + old.manifest().root());
    }
    if (draft.entry().state() != State.FAILED) {
      // Without raw bytes no backfill holds any: an earlier version's discard left its hold.
      draft.endBackfillHold();
    }
    return draft
        .receipt(event.receipt())
        .raw(event.raw())
        .run(Run.begin(draft.entry().nextEpoch(), RunKind.PRIMARY, event.pipeline(), event.first()))
        .standing(draft.standing().withOverdue(false).withEscalations(0))
        .leftovers(true)
        .endLease(draft.now())
        .note("session", event.raw().session())
        .note("epoch", draft.entry().nextEpoch())
        .adopted(event.adopted())
        .moveTo(State.ACCEPTED, TransitionKind.READMITTED);
  }

  private static Decision discardDecided(Draft draft, DiscardDecided event) {
    State state = draft.entry().state();
    boolean allowed =
        switch (event.ground()) {
          case OPERATOR -> state == State.FAILED || state == State.LOST;
          case STRICT_EXPIRY -> isUnprovenAtExpiry(draft) && draft.standing().hold().isEmpty();
          case STRICT_EXPIRY_EVEN_HELD -> isUnprovenAtExpiry(draft);
          case CANARY -> Canary.is(draft.entry().key());
          case ERASURE -> true;
        };
    if (!allowed) {
      return draft.refused(
          () ->
              event.ground() == Event.Ground.OPERATOR
                  ? "an operator discards what is FAILED or LOST"
                  : event.ground() == Event.Ground.CANARY
                      ? "it is no canary"
                      : "%s discards what is in flight or FAILED past its expiry %s%s"
                          .formatted(
                              event.ground(),
                              draft.entry().receipt().expiresAt(),
                              draft
                                  .entry()
                                  .standing()
                                  .hold()
                                  .map(hold -> "; a hold is placed by " + hold.actor())
                                  .orElse("")));
    }
    if (event.ground() != Event.Ground.CANARY) {
      draft.alert(
          AlertCode.SEQUENCE_DISCARDING,
          told -> event.ground() + " by " + event.by().actor() + ": " + event.by().reason());
    }
    return draft
        .publish(Optional.empty())
        .endSideRun()
        .dropSuperseded()
        .endBackfillHold()
        .leftovers(true)
        .endLease(draft.now())
        .note("ground", event.ground())
        .by(event.by())
        .moveTo(State.DISCARDING, TransitionKind.DISCARDING);
  }

  private static boolean isUnprovenAtExpiry(Draft draft) {
    State state = draft.entry().state();
    return (state.isInFlight() || state == State.FAILED)
        && !draft.now().isBefore(draft.entry().receipt().expiresAt());
  }

  private static Decision disposalFinished(Draft draft) {
    boolean expiring = draft.entry().state() == State.EXPIRING;
    return draft
        .endLease(draft.now())
        .moveTo(
            expiring ? State.EXPIRED : State.DISCARDED,
            expiring ? TransitionKind.EXPIRED : TransitionKind.DISCARDED);
  }

  private static Decision damageFound(Draft draft, DamageFound event) {
    event.by().ifPresent(draft::by);
    if (event.withdraw()) {
      draft.publish(Optional.empty()).leftovers(true);
    }
    if (draft.entry().state().isInFlight()) {
      return failed(draft, event.failure());
    }
    if (draft.entry().state() == State.VERIFIED) {
      // What its redrive makes is all that is needed then; two runs at once would be one too many.
      draft.endSideRun();
      // The deadline has been answered, by a proof in time or by an alert of its own: past it, the
      // alert of this failure stands for it, and no second one says that nothing was ever proven.
      boolean isPast = !draft.now().isBefore(draft.entry().receipt().deadline());
      draft.standing(draft.standing().withOverdue(isPast));
      return failed(draft, event.failure());
    }
    return draft
        .failure(Optional.of(event.failure()))
        .alert(AlertCode.SEQUENCE_LOST, told -> event.failure().message())
        .endLease(draft.now())
        .note(event.failure().code(), event.failure().message())
        .moveTo(State.LOST, TransitionKind.LOST);
  }

  private static Decision leftoversSwept(Draft draft) {
    Optional<Run> side = draft.entry().beside().run();
    if (side.isPresent()) {
      return draft.refused(() -> SideRuns.describe(side.get()) + " is under way, and leaves more");
    }
    if (!draft.standing().leftovers()) {
      return draft.refused(() -> "it is not marked with leftovers");
    }
    return draft
        .standing(draft.standing().withLeftovers(false))
        .mark(TransitionKind.LEFTOVERS_SWEPT);
  }

  private static Decision failed(Draft draft, Failure failure) {
    return draft
        .failure(Optional.of(failure))
        .leftovers(true)
        .alert(AlertCode.SEQUENCE_FAILED, told -> failure.code() + ": " + failure.message())
        .endLease(draft.now())
        .note(failure.code(), failure.message())
        .moveTo(State.FAILED, TransitionKind.FAILED);
  }

  static Failure attemptsExhausted(Run run, int attempts, String last) {
    return Draft.failure(
        "ATTEMPTS_EXHAUSTED", run.stage(), attempts + " attempts were made; the last: " + last);
  }
}
