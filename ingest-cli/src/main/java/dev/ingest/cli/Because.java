package dev.ingest.cli;

import dev.ingest.core.Acts;
import dev.ingest.core.Ingest;
import picocli.CommandLine.Option;

/** Who does something and why, without which nothing is done. */
final class Because {

  @Option(
      names = "--actor",
      paramLabel = "WHO",
      required = true,
      description = "Who decides; recorded.")
  private String actor = "";

  @Option(names = "--reason", paramLabel = "WHY", required = true, description = "Why; recorded.")
  private String reason = "";

  String actor() {
    return actor;
  }

  String reason() {
    return reason;
  }

  Acts acts(Ingest engine) {
    return engine.acts(actor, reason);
  }
}
