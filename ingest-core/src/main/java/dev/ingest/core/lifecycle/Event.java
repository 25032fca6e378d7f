package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What can happen to a sequence after its acceptance. Everything that a decision depends on besides
 * the entry and the time is in the event, so that the lifecycle stays a pure function.
 */
public sealed interface Event
    permits Event.StageDone,
        Event.StageFailed,
        Event.StagePending,
        Event.LeaseLost,
        Event.Verified,
        Event.VerificationFailed,
        Event.VerificationUnknown,
        Event.DeadlinePassed,
        Event.ExpiryNear,
        Event.ToldEarly,
        Event.DeadlineExtended,
        Event.HoldPlaced,
        Event.HoldReleased,
        Event.Redriven,
        Event.Rerouted,
        Event.Readmitted,
        Event.DiscardDecided,
        Event.DisposalFinished,
        Event.ExpiryStarted,
        Event.DamageFound,
        Event.RawDamageFound,
        Event.ProofRenewed,
        Event.LeftoversSwept,
        SideRunEvent {

  /**
   * Returns the row of the lifecycle's table that this event belongs to.
   *
   * @return the kind
   */
  EventKind kind();

  /**
   * A stage sealed its output.
   *
   * @param output what it sealed
   * @param next the next stage; empty when this was the last
   * @param token the digest of the token by which another system ended it, if one did
   */
  record StageDone(SealedOutput output, Optional<StageRef> next, Optional<Digest> token)
      implements Event {

    /**
     * Makes the event of a stage that ended where it ran.
     *
     * @param output what it sealed
     * @param next the next stage; empty when this was the last
     */
    public StageDone(SealedOutput output, Optional<StageRef> next) {
      this(output, next, Optional.empty());
    }

    @Override
    public EventKind kind() {
      return EventKind.STAGE_DONE;
    }
  }

  /**
   * A stage failed.
   *
   * @param failure what happened
   * @param permanent whether another attempt cannot succeed
   * @param maxAttempts how many attempts a stage has
   * @param retryAt when the next attempt is due, if there is one
   * @param token the digest of the token by which another system ended it, if one did
   */
  record StageFailed(
      Failure failure, boolean permanent, int maxAttempts, Instant retryAt, Optional<Digest> token)
      implements Event {

    /**
     * Makes the event of a stage that failed where it ran.
     *
     * @param failure what happened
     * @param permanent whether another attempt cannot succeed
     * @param maxAttempts how many attempts a stage has
     * @param retryAt when the next attempt is due, if there is one
     */
    public StageFailed(Failure failure, boolean permanent, int maxAttempts, Instant retryAt) {
      this(failure, permanent, maxAttempts, retryAt, Optional.empty());
    }

    @Override
    public EventKind kind() {
      return EventKind.STAGE_FAILED;
    }
  }

  /**
   * A stage goes on in another system, which ends it later with a token.
   *
   * @param token the digest of that token, from which nobody can make it
   * @param until by when it is to end
   */
  record StagePending(Digest token, Instant until) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.STAGE_PENDING;
    }
  }

  /**
   * A claim found that the lease before it had run out without word. The claim has charged its own
   * attempt already.
   *
   * @param lost the lease that ran out
   * @param maxAttempts how many attempts a stage, or a verification, has
   */
  record LeaseLost(Lease lost, int maxAttempts) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.LEASE_LOST;
    }
  }

  /**
   * The candidate was read back and everything passed.
   *
   * @param observedRoot the root of what was read
   * @param provenAt when the reading began
   * @param strays whether more leases were granted than steps committed, so that a stage that was
   *     handed back may have left bytes
   */
  record Verified(Digest observedRoot, Instant provenAt, boolean strays) implements Event {

    /**
     * Makes the event of a run in which every lease ended in a committed step.
     *
     * @param observedRoot the root of what was read
     * @param provenAt when the reading began
     */
    public Verified(Digest observedRoot, Instant provenAt) {
      this(observedRoot, provenAt, false);
    }

    @Override
    public EventKind kind() {
      return EventKind.VERIFIED;
    }
  }

  /**
   * The candidate was read back and is not what it must be.
   *
   * @param failure what differs
   */
  record VerificationFailed(Failure failure) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.VERIFICATION_FAILED;
    }
  }

  /**
   * The verification came to no conclusion.
   *
   * @param cause what could not be found out
   * @param maxAttempts after how many attempts it is a failure; empty if it is asked again for
   *     ever, because a store could not be read
   * @param retryAt when it is due again
   */
  record VerificationUnknown(Failure cause, OptionalInt maxAttempts, Instant retryAt)
      implements Event {
    @Override
    public EventKind kind() {
      return EventKind.VERIFICATION_UNKNOWN;
    }
  }

  /** The deadline has passed. */
  record DeadlinePassed() implements Event {
    @Override
    public EventKind kind() {
      return EventKind.DEADLINE_PASSED;
    }
  }

  /**
   * Expiry comes near while the sequence is unproven. The level that counts at that time is told,
   * once; whoever comes late skips those before it, and a level is never told after a higher one.
   *
   * @param lead how long before expiry that level begins, 0 or more
   * @param escalation the level, 1 to {@link Standing#MAX_ESCALATIONS}; higher ones begin later
   */
  record ExpiryNear(Duration lead, int escalation) implements Event {

    /**
     * Checks the lead and the level.
     *
     * @param lead how long before expiry that level begins
     * @param escalation the level
     */
    public ExpiryNear {
      if (lead.isNegative()) {
        throw new InvalidValueException(
            InvalidValueException.Kind.TIME, lead.toString(), "a lead before expiry is 0 or more");
      }
      if (escalation < 1 || escalation > Standing.MAX_ESCALATIONS) {
        throw new InvalidValueException(
            InvalidValueException.Kind.NUMBER,
            Integer.toString(escalation),
            "a level of escalation that is told is 1 to " + Standing.MAX_ESCALATIONS);
      }
    }

    @Override
    public EventKind kind() {
      return EventKind.EXPIRY_NEAR;
    }
  }

  /**
   * The ledger's clock, which was ahead, is back: what was told before its time is told again when
   * its time comes.
   *
   * @param escalation the level that counts by now, 0 or more; a higher one was told early
   */
  record ToldEarly(int escalation) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.TOLD_EARLY;
    }
  }

  /**
   * Someone moves the deadline.
   *
   * @param deadline the new deadline, later than the old and not after expiry
   * @param by who and why
   */
  record DeadlineExtended(Instant deadline, Act by) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.DEADLINE_EXTENDED;
    }
  }

  /**
   * Someone places a hold.
   *
   * @param hold who, why, when
   */
  record HoldPlaced(Hold hold) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.HOLD_PLACED;
    }
  }

  /**
   * Someone releases the hold.
   *
   * @param by who and why
   */
  record HoldReleased(Act by) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.HOLD_RELEASED;
    }
  }

  /**
   * Someone sends a sequence that failed, or is in flight and overdue, through a pipeline again.
   *
   * @param pipeline the pipeline
   * @param first its first stage
   * @param deadline the new deadline; past expiry, where the raw bytes are held, expiry moves with
   *     it
   * @param repairWindow how long before expiry someone must still be able to act; a deadline within
   *     it is told as a risk at once
   * @param backfill in whose name, if a backfill's
   * @param by who and why
   */
  record Redriven(
      PipelineRef pipeline,
      StageRef first,
      Instant deadline,
      Duration repairWindow,
      Optional<String> backfill,
      Act by)
      implements Event {

    /**
     * Makes the event of a redrive in no backfill's name.
     *
     * @param pipeline the pipeline
     * @param first its first stage
     * @param deadline the new deadline
     * @param repairWindow how long before expiry someone must still be able to act
     * @param by who and why
     */
    public Redriven(
        PipelineRef pipeline, StageRef first, Instant deadline, Duration repairWindow, Act by) {
      this(pipeline, first, deadline, repairWindow, Optional.empty(), by);
    }

    @Override
    public EventKind kind() {
      return EventKind.REDRIVEN;
    }
  }

  /**
   * The pipeline of a sequence that is not settled was rolled back, or somebody has it leave that
   * pipeline: it begins anew in another one, by the deadline that it has.
   *
   * @param from the name of the pipeline that it leaves
   * @param pipeline the other pipeline
   * @param first its first stage
   * @param by who and why
   */
  record Rerouted(String from, PipelineRef pipeline, StageRef first, Act by) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.REROUTED;
    }
  }

  /**
   * The same bytes came again, from the owner or by adoption. Where no raw bytes were left, the
   * hold of a backfill ends: only a discard of an earlier version has left one. A person's stays.
   *
   * @param receipt the new receipt, with the same root
   * @param raw where the new bytes are
   * @param pipeline the pipeline
   * @param first its first stage
   * @param adopted who adopted them, if not the owner sent them
   */
  record Readmitted(
      Receipt receipt,
      RawLocation raw,
      PipelineRef pipeline,
      StageRef first,
      Optional<Adopted> adopted)
      implements Event {

    /**
     * Makes the event of an owner's upload.
     *
     * @param receipt the new receipt, with the same root
     * @param raw where the new bytes are
     * @param pipeline the pipeline
     * @param first its first stage
     */
    public Readmitted(Receipt receipt, RawLocation raw, PipelineRef pipeline, StageRef first) {
      this(receipt, raw, pipeline, first, Optional.empty());
    }

    @Override
    public EventKind kind() {
      return EventKind.READMITTED;
    }
  }

  /**
   * The sequence is to be discarded. The hold of a backfill ends with it, since nothing is left to
   * hold; a person's stays, for what is uploaded again.
   *
   * @param ground on whose authority
   * @param by who and why
   */
  record DiscardDecided(Ground ground, Act by) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.DISCARD_DECIDED;
    }
  }

  /** All bytes that EXPIRING or DISCARDING condemned are gone. */
  record DisposalFinished() implements Event {
    @Override
    public EventKind kind() {
      return EventKind.DISPOSAL_FINISHED;
    }
  }

  /**
   * The raw bytes may go.
   *
   * @param proof what the published result was found to be
   * @param clocks how far the time by which this is judged can be relied on
   * @param grace how long after expiry raw bytes stay
   * @param maxProofAge how old the proof may be
   */
  record ExpiryStarted(Proof proof, Clocks clocks, Duration grace, Duration maxProofAge)
      implements Event {
    @Override
    public EventKind kind() {
      return EventKind.EXPIRY_STARTED;
    }
  }

  /**
   * The published result, or the raw bytes of what is in flight, were found damaged.
   *
   * @param failure what differs
   * @param withdraw whether readers shall see it no longer
   * @param by who had it read and why, if a person did
   */
  record DamageFound(Failure failure, boolean withdraw, Optional<Act> by) implements Event {

    /**
     * Makes the event of a reading that nobody asked for.
     *
     * @param failure what differs
     * @param withdraw whether readers shall see it no longer
     */
    public DamageFound(Failure failure, boolean withdraw) {
      this(failure, withdraw, Optional.empty());
    }

    @Override
    public EventKind kind() {
      return EventKind.DAMAGE_FOUND;
    }
  }

  /**
   * Raw bytes that must be there were found damaged. What the state is stays as it is: a published
   * result does not depend on them, and a failed sequence is repaired by an upload.
   *
   * @param failure what differs
   * @param at when the reading began, by the ledger's clock
   * @param by who had it read and why, if a person did
   */
  record RawDamageFound(Failure failure, Instant at, Optional<Act> by) implements Event {

    /** The code of the failure, which a FAILED sequence has from then on. */
    public static final String CODE = "RAW_DAMAGED";

    @Override
    public EventKind kind() {
      return EventKind.RAW_DAMAGE_FOUND;
    }
  }

  /**
   * Everything that the state says must be stored was read back, and is whole.
   *
   * @param observedRoot the root of what was read: of the published result or, where the sequence
   *     is FAILED, of the raw bytes
   * @param at when the reading began, by the ledger's clock
   * @param by who had it read and why, if a person did
   */
  record ProofRenewed(Digest observedRoot, Instant at, Optional<Act> by) implements Event {
    @Override
    public EventKind kind() {
      return EventKind.PROOF_RENEWED;
    }
  }

  /** Bytes that nothing refers to were deleted. */
  record LeftoversSwept() implements Event {
    @Override
    public EventKind kind() {
      return EventKind.LEFTOVERS_SWEPT;
    }
  }

  /**
   * Who did it and why.
   *
   * @param actor who, at most 128 characters
   * @param reason why, at most 500 characters
   */
  record Act(String actor, String reason) {}

  /** On whose authority a sequence is discarded. */
  enum Ground {
    /** An operator gives a FAILED or LOST sequence up. */
    OPERATOR,
    /** The strict time-to-live policy ends an unproven sequence; a hold stops it. */
    STRICT_EXPIRY,
    /** The strict time-to-live policy ends an unproven sequence, hold or not. */
    STRICT_EXPIRY_EVEN_HELD,
    /** A canary, which is the engine's own, has come through, or is no longer needed. */
    CANARY,
    /** The owner's erasure request ends a sequence in any state, hold or not. */
    ERASURE
  }
}
