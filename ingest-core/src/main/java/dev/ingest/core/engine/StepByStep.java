package dev.ingest.core.engine;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of an end, each of which is taken whatever became of those before: half of an end would
 * leave leases renewed, and threads behind, for as long as the process lives. For one thread.
 */
final class StepByStep {

  private boolean interrupted = Thread.interrupted();
  private @Nullable Throwable first;

  /** Takes a step, which tells whether the thread was interrupted meanwhile. */
  void take(BooleanSupplier step) {
    try {
      interrupted |= step.getAsBoolean();
    } catch (RuntimeException | Error e) {
      Throwable before = first;
      if (before == null) {
        first = e;
      } else if (before != e) {
        before.addSuppressed(e);
      }
    }
  }

  /** Restores the interrupt, and throws what a step threw first. */
  void end() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (first instanceof Error error) {
      throw error;
    } else if (first instanceof RuntimeException failure) {
      throw failure;
    }
  }
}
