package dev.ingest.simulator;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.EventKind;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Optional;

/**
 * What every single decision of the lifecycle must keep, whatever came before it.
 *
 * @param before the entry that was decided on
 * @param event what happened to it
 * @param change what was decided
 * @param now when
 */
record DecisionRules(Entry before, Event event, Decision.Change change, Instant now) {

  private static final String MARKS =
      "STAGE_PENDING|DEADLINE_PASSED|EXPIRY_NEAR|TOLD_EARLY|DEADLINE_EXTENDED|HOLD_PLACED"
          + "|HOLD_RELEASED|LEFTOVERS_SWEPT";

  /** Throws if one is broken, naming it. */
  void check() {
    checkEdge();
    checkPublication();
    checkRunBeside();
    checkAlerts();
    checkHold();
  }

  private void checkEdge() {
    require(kind().leads(before.state(), after().state()), "S6 an edge");
    require(after().version() == before.version() + 1, "S6 version");
    require(after().position().fence() == before.position().fence(), "S6 fence");
    require(after().run().epoch() >= before.run().epoch(), "S6 epoch");
    require(after().nextEpoch() >= before.nextEpoch(), "S6 next epoch");
    require(after().chain().equals(before.chain()), "S13 chain left alone");
    boolean isMark = before.state() == after().state() && kind().name().matches(MARKS);
    require(!isMark || change.lease() == LeaseEffect.KEEP, "marks keep leases");
  }

  private void checkPublication() {
    boolean publishes = after().published().isPresent() && !keepsResult();
    require(
        !publishes || kind() == EventKind.VERIFIED || kind() == EventKind.REPLACED,
        "S5 who publishes");
    require(
        kind() != EventKind.VERIFIED
            || before.published().filter(p -> p.epoch() == before.run().epoch()).isEmpty(),
        "S8 once per epoch");
  }

  /** Whatever becomes of a run beside it, the result stays, or another one takes its place. */
  private void checkRunBeside() {
    Optional<Run> side = before.beside().run();
    boolean ended = side.isPresent() && after().beside().run().isEmpty();
    boolean stays = after().state() == State.VERIFIED;
    require(
        side.isEmpty() || !stays || kind() == EventKind.REPLACED || keepsResult(),
        "S5 the result stays");
    require(
        kind() != EventKind.REPLACED
            || after().published().map(Publication::epoch).equals(side.map(Run::epoch)),
        "S8 the run's own epoch");
    require(!ended || after().position().lease().isEmpty(), "S7 the lease ends");
    require(!ended || after().standing().leftovers(), "what it left is swept");
    require(
        !ended
            || !stays
            || kind() == EventKind.REPLACED
            || kind() == EventKind.COMPARED
            || kind() == EventKind.SIDE_RUN_CANCELLED
            || alerts(AlertCode.SIDE_RUN_FAILED),
        "S10 " + AlertCode.SIDE_RUN_FAILED);
    require(after().state() != State.EXPIRING || side.isEmpty(), "S4 a run beside stops expiry");
  }

  private void checkAlerts() {
    checkAlert(State.FAILED, AlertCode.SEQUENCE_FAILED);
    checkAlert(State.LOST, AlertCode.SEQUENCE_LOST);
    checkAlert(State.DISCARDING, AlertCode.SEQUENCE_DISCARDING);
    require(
        before.standing().overdue()
            || !after().standing().overdue()
            || alerts(AlertCode.SEQUENCE_OVERDUE)
            || (kind() == EventKind.DAMAGE_FOUND && alerts(AlertCode.SEQUENCE_FAILED)),
        "S10 overdue");
    // What is verified is no longer due: past its deadline it was told of, or is told of now.
    require(
        kind() != EventKind.VERIFIED
            || before.standing().overdue()
            || now.isBefore(before.receipt().deadline())
            || alerts(AlertCode.SEQUENCE_OVERDUE),
        "L2 verified late");
  }

  private void checkAlert(State state, AlertCode code) {
    boolean arrives = after().state() == state && before.state() != state;
    require(!arrives || alerts(code), "S10 " + code);
  }

  private void checkHold() {
    Optional<Hold> hold = after().standing().hold();
    require(
        after().state() != State.EXPIRING || before.standing().hold().isEmpty(),
        "S4 a hold stops expiry");
    require(
        hold.isPresent() == isToBeHeld()
            && (kind() == EventKind.HOLD_PLACED
                || hold.isEmpty()
                || hold.equals(before.standing().hold())),
        "S4 a hold stays until it is released");
    require(
        hold.map(Hold::actor).filter(BackfillActor::is).isEmpty() || keepsRaw(after().state()),
        "S11 no backfill holds what has no raw bytes");
  }

  /** A person's hold ends by its release alone, that of a backfill also with the raw bytes. */
  private boolean isToBeHeld() {
    Optional<String> holder = before.standing().hold().map(Hold::actor);
    return switch (kind()) {
      case HOLD_PLACED -> true;
      case HOLD_RELEASED -> false;
      case DISCARD_DECIDED -> holder.filter(actor -> !BackfillActor.is(actor)).isPresent();
      default -> holder.isPresent();
    };
  }

  private static boolean keepsRaw(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  private boolean keepsResult() {
    return after()
        .published()
        .map(Publication::result)
        .equals(before.published().map(Publication::result));
  }

  private Entry after() {
    return change.after();
  }

  private EventKind kind() {
    return event.kind();
  }

  private boolean alerts(AlertCode code) {
    return change.alerts().stream().anyMatch(row -> row.group().code().equals(code.name()));
  }

  private void require(boolean holds, String invariant) {
    if (!holds) {
      throw new AssertionError(invariant + ": " + event + " made " + after() + " of " + before);
    }
  }
}
