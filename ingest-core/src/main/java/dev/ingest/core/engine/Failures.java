package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns errors into the bounded text that the ledger keeps. */
final class Failures {

  private static final int SHOWN_FINDINGS = 5;

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

  /** Tells how many findings there are, and the first of them. */
  static String describe(List<Finding> findings) {
    String shown =
        findings.stream()
            .limit(SHOWN_FINDINGS)
            .map(
                f ->
                    f.kind()
                        + f.item().map(name -> " item \"" + name + "\"").orElse("")
                        + " expected "
                        + f.expected()
                        + ", got "
                        + f.actual())
            .collect(Collectors.joining("; "));
    return findings.size() + " findings: " + shown;
  }
}
