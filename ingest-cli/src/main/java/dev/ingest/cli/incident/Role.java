package dev.ingest.cli.incident;

import java.util.Locale;
import java.util.Optional;

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

  /** Returns the service whose output this one reads; the first reads raw bytes. */
  Optional<Role> before() {
    return switch (this) {
      case DECODE -> Optional.empty();
      case ENRICH -> Optional.of(DECODE);
      case INDEX -> Optional.of(ENRICH);
    };
  }

  /** Returns the service that reads this one's output; that of the last is published. */
  Optional<Role> after() {
    return switch (this) {
      case DECODE -> Optional.of(ENRICH);
      case ENRICH -> Optional.of(INDEX);
      case INDEX -> Optional.empty();
    };
  }

  /** Does the stage's work on an item. */
  String apply(String text) {
    return text + done + "\n";
  }
}
