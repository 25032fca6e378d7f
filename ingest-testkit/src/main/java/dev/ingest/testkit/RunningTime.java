package dev.ingest.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Time that goes on by itself, as another source's, and that a test puts forward. It is what a
 * ledger needs under an engine that works: a clock that stands still, as {@link ManualTime} does,
 * counts as broken there, and nothing that waits ever falls due. Safe for use by several threads.
 */
public final class RunningTime implements InstantSource {

  private final InstantSource source;
  private Duration ahead = Duration.ZERO;

  /**
   * Begins at a source's time.
   *
   * @param source what it goes on with, such as {@link InstantSource#system()}
   */
  public RunningTime(InstantSource source) {
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

  @Override
  public synchronized String toString() {
    return "time that runs, " + ahead + " ahead of " + source;
  }
}
