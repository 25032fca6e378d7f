package dev.ingest.cli.incident;

import java.util.Locale;

/** The three services, in the order of their stages; each has the code of its own alone. */
public enum Role {
  /** The first stage. */
  DECODE("decoded"),
  /** The second one, which the deployment replaces. */
  ENRICH("enriched"),
  /** The last one, which also verifies. */
  INDEX("indexed");

  private final String done;

  Role(String done) {
    this.done = done;
  }

  /** Returns the name of the service and of its stage. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Does the stage's work on an item. */
  String apply(String text) {
    return text + done + "\n";
  }
}
