package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import java.util.Optional;

/** Turns errors into the bounded text that the ledger keeps. */
final class Failures {

  private Failures() {}

  static Failure of(String code, Optional<StageRef> stage, String message) {
    return new Failure(code, stage, BoundedText.of(message, Failure.MAX_MESSAGE));
  }

  static String describe(Throwable error) {
    String message = error.getMessage();
    return message == null
        ? error.getClass().getSimpleName()
        : error.getClass().getSimpleName() + ": " + message;
  }
}
