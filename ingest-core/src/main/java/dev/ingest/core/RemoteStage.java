package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;

/** A stage of which only the name and the contract version are known here. */
record RemoteStage(StageRef ref) implements Stage {

  @Override
  public void run(StageContext context) {
    throw new IllegalStateException(
        "stage %s of %s has its code in another service; this one must not have claimed it"
            .formatted(ref, context.sequence()));
  }
}
