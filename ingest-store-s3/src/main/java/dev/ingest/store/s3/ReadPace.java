package dev.ingest.store.s3;

import java.time.Duration;

/** Whether the bytes of one answer come as fast as they must. Not for several threads. */
final class ReadPace {

  private final S3ReadRate rate;
  private long waitedNanos;
  private long came;
  private boolean slow;

  ReadPace(S3ReadRate rate) {
    this.rate = rate;
  }

  /** Adds what came while it was waited for. */
  void add(long nanos, long bytes) {
    waitedNanos += nanos;
    came += bytes;
    if (waitedNanos < rate.window().toNanos()) {
      return;
    }
    // A wait that is longer than a window, as one without any byte may be, owes for all of it.
    double owed = rate.leastBytes() * ((double) waitedNanos / rate.window().toNanos());
    slow = came < owed;
    if (!slow) {
      restart();
    }
  }

  boolean isSlow() {
    return slow;
  }

  void restart() {
    waitedNanos = 0;
    came = 0;
    slow = false;
  }

  S3SlowReadException told() {
    return new S3SlowReadException(
        "it is too slow: expected at least "
            + rate.leastBytes()
            + " bytes in "
            + rate.window()
            + " of waiting, got "
            + came
            + " in "
            + Duration.ofNanos(waitedNanos));
  }
}
