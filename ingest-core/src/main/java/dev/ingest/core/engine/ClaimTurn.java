package dev.ingest.core.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One turn of a driver that claims: a look for work, and the wait for the next.
 *
 * <p>A look that found something is followed by another at once while at least half the room is
 * free. After one that found nothing it waits, longer each time ({@link IdleWait}), and is woken by
 * hints. A hint for less than half the room is answered within 50 ms, so that claims are of many.
 * After a look in vain a hint is answered 5 ms later at the earliest, by one look for all hints of
 * that time. For one thread, but for {@link #wake()}.
 */
final class ClaimTurn implements Supplier<Duration> {

  private static final Logger LOG = LoggerFactory.getLogger(ClaimTurn.class);
  private static final Duration HINT_SPACING = Duration.ofMillis(5);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final String name;
  private final LeasedDriver driver;
  private final WatcherLease part;
  private final Supervisor supervisor;
  private final EngineThreads.Stop stop;
  private final Duration afterError;
  private final IdleWait idle;
  private final Semaphore hints = new Semaphore(0);

  /**
   * Creates a turn.
   *
   * @param watcher whose work it does
   * @param driver claims
   * @param engine whose driver it is
   * @param pacing how often it looks
   * @param stop ends its waits
   */
  ClaimTurn(
      Watcher watcher,
      LeasedDriver driver,
      Engine engine,
      EngineThreads.Pacing pacing,
      EngineThreads.Stop stop) {
    this.name = watcher.label();
    this.driver = driver;
    this.part = engine.part(watcher);
    this.supervisor = engine.supervisor();
    this.stop = stop;
    this.afterError = pacing.renewal();
    this.idle = new IdleWait(LOOK, pacing.longestPoll(), engine.seams()::unit);
  }

  /** Makes it look soon; a hint that may be lost. */
  void wake() {
    signal(hints);
  }

  /** Makes somebody look who waits, once for all who signal meanwhile. */
  static void signal(Semaphore waiting) {
    if (waiting.availablePermits() == 0) {
      waiting.release();
    }
  }

  /** Waits for a signal; an interrupt ends the wait as if its time were over. */
  static boolean isSignalled(Semaphore waiting, long nanos) {
    try {
      return waiting.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.debug("a driver was interrupted while it waited", e);
      return false;
    }
  }

  String name() {
    return name;
  }

  boolean isClaiming() {
    return driver.isClaiming();
  }

  /** Gives back what it has of the watcher, after the last turn. */
  void release() {
    part.release();
  }

  @Override
  public Duration get() {
    int done = supervisor.supervise(name, this::beating);
    if (done < 0) {
      return afterError;
    }
    if (done > 0) {
      idle.reset();
      if (!driver.isRoomy()) {
        awaitHint();
      }
    } else if (stop.pause(HINT_SPACING)) {
      awaitHint();
    }
    return Duration.ZERO;
  }

  /** A node that drains claims nothing, so it does not beat for those who do. */
  private int beating() {
    int done = driver.tick();
    if (driver.isClaiming()) {
      part.beat();
    }
    return done;
  }

  /** Waits for a hint: for less than half the room only as long as more of it may become free. */
  private void awaitHint() {
    long left = idle.next().toNanos();
    long end = System.nanoTime() + left;
    while (left > 0 && !stop.isSet()) {
      if (isSignalled(hints, left)) {
        idle.reset();
        if (driver.isRoomy()) {
          return;
        }
        end = System.nanoTime() + Math.min(end - System.nanoTime(), LOOK.toNanos());
      }
      left = end - System.nanoTime();
    }
  }
}
