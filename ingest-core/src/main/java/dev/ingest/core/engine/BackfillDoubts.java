package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import java.util.Optional;

/**
 * What a tick of a backfill does not know of single ids, which keeps none of the others from being
 * moved on. A step has no more than {@value #MAX} of them, as each may have waited for a store; the
 * next tick goes on behind them. For one thread.
 */
final class BackfillDoubts {

  private static final int MAX = 20;

  private final String backfill;
  private int ofStep;
  private Optional<IncompleteTickException> first = Optional.empty();

  BackfillDoubts(String backfill) {
    this.backfill = backfill;
  }

  void beginTick() {
    first = Optional.empty();
    beginStep();
  }

  void beginStep() {
    ofStep = 0;
  }

  /** Tells whether a step has as many as it may have. */
  boolean areMany() {
    return ofStep >= MAX;
  }

  /** Of the tick, the first, and of those that may be of more than single ids if there are any. */
  Optional<IncompleteTickException> first() {
    return first;
  }

  /** One that was put down as running and waits still is looked for when it is met again. */
  void ofStart(SequenceKey key, Throwable cause) {
    note(
        "whether backfill %s has started %s is unknown, and the next tick finds out: %s"
            .formatted(backfill, key, cause.getMessage()),
        cause);
  }

  /** One of which it is not known how its run has ended is taken for running. */
  void ofEnd(SequenceKey key, Throwable cause) {
    note(
        "how the run of %s for backfill %s stands is unknown, and a later tick finds out: %s"
            .formatted(key, backfill, cause.getMessage()),
        cause);
  }

  /** Does a step of which the failure keeps nothing that follows from being done. */
  void attempt(Runnable step) {
    try {
      step.run();
    } catch (IncompleteTickException e) {
      note(e);
    } catch (RuntimeException e) {
      // More than single ids can be the reason.
      note(new IncompleteTickException("backfill %s: %s".formatted(backfill, e.getMessage()), e));
    }
  }

  /** Fails with the first of the tick, if there is one. */
  void check() {
    first.ifPresent(
        doubt -> {
          throw doubt;
        });
  }

  private void note(String message, Throwable cause) {
    note(IncompleteTickException.ofSome(message, cause));
  }

  private void note(IncompleteTickException doubt) {
    ofStep++;
    if (first.isEmpty() || (first.get().isOfSome() && !doubt.isOfSome())) {
      first = Optional.of(doubt);
    }
  }
}
