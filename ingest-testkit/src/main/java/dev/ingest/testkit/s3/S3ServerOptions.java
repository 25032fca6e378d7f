package dev.ingest.testkit.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The bounds of a server.
 *
 * @param clock the server's clock, for the times that it tells
 * @param threads the most requests that are served at a time, 1 to 256; those that hang count
 * @param minPartBytes the least length of a part that is not the last, 1 byte or more; S3 asks for
 *     5 MiB, and a test may ask for less
 * @param maxBytes the most bytes stored, parts included, 1 to 2<sup>40</sup>; what does not fit is
 *     refused with 400 {@code EntityTooLarge}, as is a single object of more than 1 GiB
 * @param longestHang how long a request hangs at most before its connection is closed, at most 10
 *     minutes
 */
public record S3ServerOptions(
    InstantSource clock, int threads, long minPartBytes, long maxBytes, Duration longestHang) {

  /**
   * A time that stands still, 64 threads, parts of 5 MiB as in S3, 512 MiB stored, hangs of 60 s.
   */
  public static final S3ServerOptions DEFAULT =
      new S3ServerOptions(
          InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")),
          64,
          5L << 20,
          512L << 20,
          Duration.ofSeconds(60));

  /**
   * Validates the bounds.
   *
   * @param clock the server's clock
   * @param threads the most requests at a time
   * @param minPartBytes the least length of a part that is not the last
   * @param maxBytes the most bytes stored
   * @param longestHang how long a request hangs at most
   */
  public S3ServerOptions {
    if (threads < 1 || threads > 256) {
      throw new IllegalArgumentException("threads are 1 to 256, not " + threads);
    }
    if (minPartBytes < 1 || maxBytes < 1 || maxBytes > 1L << 40) {
      throw new IllegalArgumentException(
          "a part has 1 byte or more, and 1 to 2^40 bytes are stored: minPartBytes "
              + minPartBytes
              + ", maxBytes "
              + maxBytes);
    }
    if (longestHang.isNegative() || longestHang.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException("a request hangs 0 to 10 minutes, not " + longestHang);
    }
  }

  /**
   * Changes the clock.
   *
   * @param other the server's clock
   * @return options with it
   */
  public S3ServerOptions withClock(InstantSource other) {
    return new S3ServerOptions(other, threads, minPartBytes, maxBytes, longestHang);
  }

  /**
   * Changes the least length of a part.
   *
   * @param bytes the least length of a part that is not the last, 1 or more
   * @return options with it
   */
  public S3ServerOptions withMinPartBytes(long bytes) {
    return new S3ServerOptions(clock, threads, bytes, maxBytes, longestHang);
  }

  /**
   * Changes how much is stored.
   *
   * @param bytes the most bytes stored
   * @return options with it
   */
  public S3ServerOptions withMaxBytes(long bytes) {
    return new S3ServerOptions(clock, threads, minPartBytes, bytes, longestHang);
  }

  /**
   * Changes how long a request hangs.
   *
   * @param longest how long at most
   * @return options with it
   */
  public S3ServerOptions withLongestHang(Duration longest) {
    return new S3ServerOptions(clock, threads, minPartBytes, maxBytes, longest);
  }
}
