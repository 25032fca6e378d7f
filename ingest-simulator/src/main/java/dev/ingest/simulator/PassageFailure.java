package dev.ingest.simulator;

import java.util.List;

/** A passage in which a promise was broken; its message begins with what tells it as a story. */
final class PassageFailure extends Error {

  private static final long serialVersionUID = 1L;

  PassageFailure(List<PlannedFault> faults, Throwable cause) {
    super(
        "faults of dev.ingest.simulator.Programme --replay '%s': %s"
            .formatted(PlannedFault.text(faults), cause.getMessage()),
        cause);
  }
}
