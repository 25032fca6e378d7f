package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Transition;
import java.util.function.Consumer;

/** A transition on its way to the ledger, and who waits for its outcome. */
final class Pending {

  private final Transition transition;
  private final Consumer<Outcome> then;

  /** How often it was submitted. Used by the thread that settles its batch alone. */
  int submissions;

  /** What hid the last answer. Used by the thread that settles its batch alone. */
  Throwable cause = new IllegalStateException("it was not submitted yet");

  Pending(Transition transition, Consumer<Outcome> then) {
    this.transition = transition;
    this.then = then;
  }

  Transition transition() {
    return transition;
  }

  SequenceKey key() {
    return transition.key();
  }

  void answer(Outcome outcome) {
    then.accept(outcome);
  }
}
