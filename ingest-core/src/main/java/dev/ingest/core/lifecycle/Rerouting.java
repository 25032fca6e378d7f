package dev.ingest.core.lifecycle;

import dev.ingest.core.lifecycle.Event.Rerouted;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;

/**
 * The lifecycle's way out of a pipeline that was rolled back, or that no node runs any more.
 *
 * <p>Nothing of what the run has done counts in another pipeline, so it begins at the first stage
 * under a new epoch. What was told stays told: the deadline is that of before, and the failure of a
 * FAILED sequence is kept until it is verified, when its recovery is told.
 */
final class Rerouting {

  private Rerouting() {}

  static Decision rerouted(Draft draft, Rerouted event) {
    Run old = draft.entry().run();
    if (!old.pipeline().name().equals(event.from())
        || event.from().equals(event.pipeline().name())) {
      return draft.refused(
          () ->
              "it is in pipeline %s, and was to go from %s to %s"
                  .formatted(old.pipeline().name(), event.from(), event.pipeline().name()));
    }
    if (draft.entry().state() == State.FAILED && OwnerNotices.isLost(draft.entry())) {
      return draft.refused(() -> "its raw bytes are damaged; only a re-upload repairs it");
    }
    return draft
        .run(
            Run.begin(draft.entry().nextEpoch(), RunKind.PRIMARY, event.pipeline(), event.first())
                .inNameOf(old.backfill()))
        .leftovers(true)
        .endLease(draft.now())
        .note("from", old.pipeline().name())
        .note("to", event.pipeline().name())
        .note("epoch", draft.entry().nextEpoch())
        .by(event.by())
        .moveTo(State.ACCEPTED, TransitionKind.REROUTED);
  }
}
