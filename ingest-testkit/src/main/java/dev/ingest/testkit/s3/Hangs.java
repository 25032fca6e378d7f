package dev.ingest.testkit.s3;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Where requests hang until they are released, their time is over or the server is closed. */
final class Hangs {

  private final Duration longest;
  private long releases;
  private int hanging;
  private boolean closed;

  Hangs(Duration longest) {
    this.longest = longest;
  }

  /** Hangs; false where the connection is to be closed instead of going on. */
  synchronized boolean hang() {
    long before = releases;
    long end = System.nanoTime() + longest.toNanos();
    hanging++;
    notifyAll();
    try {
      long left = longest.toNanos();
      while (!closed && releases == before && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      hanging--;
    }
    return !closed && releases != before;
  }

  /** Waits a time, or until the rest may come at once; false where it may not come at all. */
  synchronized boolean pause(Duration time, long releasesBefore) {
    long end = System.nanoTime() + time.toNanos();
    try {
      long left = time.toNanos();
      while (!closed && releases == releasesBefore && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !closed;
  }

  synchronized long releases() {
    return releases;
  }

  Duration longest() {
    return longest;
  }

  synchronized void release() {
    releases++;
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized boolean await(int count, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    try {
      long left = most.toNanos();
      while (hanging < count && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return hanging >= count;
  }
}
