package dev.ingest.benchmarks.targets;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param isQuick whether only to see that everything works
 * @param rows the entries of the large ledger
 * @param start when the run began, by the monotonic clock
 * @param most how long it may take; a measurement that has begun ends its round
 */
record Effort(boolean isQuick, long rows, long start, Duration most) {

  static Effort of(TargetsOptions options) {
    return new Effort(options.isQuick(), options.rows(), System.nanoTime(), options.most());
  }

  /** Chooses a size. */
  int of(int quick, int full) {
    return isQuick ? quick : full;
  }

  boolean isOver() {
    return System.nanoTime() - start >= most.toNanos();
  }
}
