package dev.ingest.spring.boot.test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The ledger's time in a test: another source's, and ahead of it by what the test says. It goes on,
 * since an engine that works holds a ledger's clock that stands still for a broken one.
 * Thread-safe.
 */
public final class TestTime implements InstantSource {

  private final InstantSource source;
  private Duration ahead = Duration.ZERO;

  TestTime(InstantSource source) {
    this.source = source;
  }

  @Override
  public synchronized Instant instant() {
    return source.instant().plus(ahead);
  }

  /**
   * Puts the time forward, so that retries, deadlines and expiries fall due.
   *
   * @param by how far, 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public synchronized void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("time goes forward; got " + by);
    }
    ahead = ahead.plus(by);
  }
}
