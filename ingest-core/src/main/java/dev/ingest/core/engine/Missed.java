package dev.ingest.core.engine;

import java.util.Optional;
import java.util.function.LongSupplier;

/** What failed on the way, so that what comes after it is done all the same. */
final class Missed {

  private Optional<RuntimeException> first = Optional.empty();

  /** Counts what a step has moved: nothing, if it failed. */
  long count(LongSupplier step) {
    try {
      return step.getAsLong();
    } catch (RuntimeException e) {
      if (e instanceof IncompleteTickException incomplete && incomplete.isStopping()) {
        throw e;
      }
      first.ifPresentOrElse(before -> suppress(before, e), () -> first = Optional.of(e));
      return 0;
    }
  }

  void attempt(Runnable step) {
    count(
        () -> {
          step.run();
          return 0;
        });
  }

  private static void suppress(RuntimeException before, RuntimeException next) {
    if (before != next) {
      before.addSuppressed(next);
    }
  }

  boolean isAny() {
    return first.isPresent();
  }

  void rethrow() {
    if (first.isPresent()) {
      throw first.get();
    }
  }
}
