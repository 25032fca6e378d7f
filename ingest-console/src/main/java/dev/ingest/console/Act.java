package dev.ingest.console;

import dev.ingest.core.ActReport;
import dev.ingest.core.Acts;
import dev.ingest.core.Outlook;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be decided about a sequence here. */
enum Act {
  /** Keeps raw bytes, whatever the time. */
  HOLD("Hold", "keeps its raw bytes, whatever the time"),
  /** Takes a hold back. */
  RELEASE("Release", "takes the hold back"),
  /** Sends it through its pipeline again. */
  REDRIVE("Redrive", "sends it through its pipeline again"),
  /** Gives it up. */
  DISCARD("Discard", "gives it up: its bytes are deleted");

  private final String title;
  private final String effect;

  Act(String title, String effect) {
    this.title = title;
    this.effect = effect;
  }

  static Optional<Act> named(String name) {
    return Arrays.stream(values()).filter(act -> act.field().equals(name)).findFirst();
  }

  String title() {
    return title;
  }

  String effect() {
    return effect;
  }

  /** The name of it in forms. */
  String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  ActReport about(Acts acts, SequenceKey key) {
    return switch (this) {
      case HOLD -> acts.hold(key);
      case RELEASE -> acts.release(key);
      case REDRIVE -> acts.redrive(key);
      case DISCARD -> acts.discard(key);
    };
  }

  /** Tells whether it is worth offering; whether it applies, the engine decides. */
  boolean isOffered(Entry entry, Instant now) {
    State state = entry.state();
    return switch (this) {
      case HOLD -> state.isInFlight() || state == State.VERIFIED || state == State.FAILED;
      case RELEASE -> entry.standing().hold().isPresent();
      case REDRIVE -> state == State.FAILED || Outlook.isOverdue(entry, now);
      case DISCARD -> state == State.FAILED || state == State.LOST;
    };
  }
}
