package dev.ingest.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Time that stands still until it is moved by hand, forwards or, to test what a wrong clock does,
 * backwards. Safe for use by several threads.
 */
public final class ManualTime implements InstantSource {

  private volatile Instant now;

  /**
   * Starts at a point in time.
   *
   * @param start the first answer
   */
  public ManualTime(Instant start) {
    now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Sets the time.
   *
   * @param to the next answer, earlier or later than the last
   */
  public synchronized void set(Instant to) {
    now = to;
  }

  /**
   * Moves the time.
   *
   * @param by how far; negative to go back
   * @return the time after the move
   */
  public synchronized Instant advance(Duration by) {
    Instant moved = now.plus(by);
    now = moved;
    return moved;
  }

  @Override
  public String toString() {
    return "manual time at " + now;
  }
}
