package dev.ingest.core.engine;

import dev.ingest.core.WorkEnd;
import dev.ingest.core.WorkEnd.Outcome;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.util.Optional;

/** Tells what an attempt came to from what was committed of it. */
final class WorkEnds {

  private WorkEnds() {}

  /**
   * Tells what an attempt came to, once it is committed.
   *
   * @param before the entry as it was claimed
   * @param event what happened
   * @param after the entry as it is now
   * @param version the code version of the node whose attempt it was
   * @return empty if the event ends no attempt
   */
  static Optional<WorkEnd> of(Entry before, Event event, Entry after, String version) {
    return outcome(before, event, after)
        .map(outcome -> new WorkEnd(after, before.active(), version, outcome));
  }

  /** Tells that an attempt came too late. */
  static WorkEnd stale(Entry claimed, String version) {
    return new WorkEnd(claimed, claimed.active(), version, Outcome.STALE);
  }

  private static Optional<Outcome> outcome(Entry before, Event event, Entry after) {
    return switch (event.kind()) {
      case STAGE_DONE -> Optional.of(Outcome.DONE);
      case STAGE_FAILED -> Optional.of(isOver(before, after) ? Outcome.FAILED : Outcome.RETRIED);
      case LEASE_LOST -> Optional.of(Outcome.LEASE_LOST);
      case VERIFIED, REPLACED -> Optional.of(Outcome.PUBLISHED);
      case VERIFICATION_FAILED -> Optional.of(Outcome.MISMATCHED);
      case COMPARED ->
          Optional.of(
              ((SideRunEvent.Compared) event).isEqual() ? Outcome.MATCHED : Outcome.MISMATCHED);
      case VERIFICATION_UNKNOWN -> Optional.of(Outcome.UNKNOWN);
      case STAGE_PENDING,
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
          SIDE_RUN_CANCELLED,
          SUPERSEDED_RELEASED ->
          Optional.empty();
    };
  }

  private static boolean isOver(Entry before, Entry after) {
    return after.state() == State.FAILED
        || (before.beside().run().isPresent() && after.beside().run().isEmpty());
  }
}
