package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;

/**
 * How slow a read may be. A socket's time-out ends only a server that sends nothing: one that sends
 * a byte now and then would hold a reader for ever. So in each window of time that a read spends
 * waiting for bytes, at least so many must come; the time that the reader itself takes between two
 * calls does not count. A read that is slower is broken off and goes on behind its last byte, four
 * times at most, and then fails as {@link S3SlowReadException}.
 *
 * <p>So whatever a server does, reading {@code n} bytes waits for them at most {@code n ÷
 * leastBytes + 5} windows, and five times for one silence that the client's read time-out allows.
 * What asks for them again is bounded as every request is.
 *
 * @param leastBytes how many bytes must come within a window, 1 or more
 * @param window the time spent waiting after which that is looked at, 10 ms to 1 hour
 */
public record S3ReadRate(long leastBytes, Duration window) {

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** 480 KiB in 1 minute, which are 8 KiB a second. */
  public static final S3ReadRate DEFAULT = new S3ReadRate(480 << 10, Duration.ofMinutes(1));

  /**
   * Validates the bounds.
   *
   * @param leastBytes how many bytes must come within a window
   * @param window the time spent waiting after which that is looked at
   */
  public S3ReadRate {
    if (leastBytes < 1) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(leastBytes), "a read brings 1 byte or more in a window");
    }
    if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          Kind.TIME, window.toString(), "a read is looked at after 10 ms to 1 hour");
    }
  }
}
