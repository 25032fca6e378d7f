package dev.ingest.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's threads, all in one place: one per driver, named {@code ingest-…}, the pool that
 * runs stages and verifications, and the pool that digests large bodies while they are stored.
 *
 * <p>They stop in this order: claiming ends; what runs is given a grace period to finish, then told
 * to end and handed back; renewing stops last, so that nothing is lost to another node while it is
 * still being finished here.
 */
public final class EngineThreads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EngineThreads.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  private final Engine engine;
  private final ExecutorService tasks;
  private final ExecutorService digests;
  private final Pacing pacing;
  private final Stop stop;
  private final CountDownLatch renewalStop = new CountDownLatch(1);
  private final Semaphore wakeWorker = new Semaphore(0);
  private final Semaphore wakeVerifier = new Semaphore(0);
  private final List<Thread> claimers = new ArrayList<>();
  private final List<Thread> renewers = new ArrayList<>();
  private boolean closed;

  /**
   * How often drivers look for work when they found none.
   *
   * @param poll worker and verifier
   * @param renewal lease renewal; a third of the lease time or less
   * @param sweep the sweeper
   * @param shutdownGrace how long running stages may go on at shutdown
   */
  public record Pacing(Duration poll, Duration renewal, Duration sweep, Duration shutdownGrace) {}

  /**
   * The engine's pools.
   *
   * @param tasks runs stages and verifications
   * @param digests computes digests beside the storing of large bodies
   */
  public record Pools(ExecutorService tasks, ExecutorService digests) {

    /**
     * Makes pools of named daemon threads.
     *
     * @param taskThreads the number of threads that run tasks
     * @return the pools
     */
    public static Pools of(int taskThreads) {
      int processors = Runtime.getRuntime().availableProcessors();
      return new Pools(pool("ingest-task-", taskThreads), pool("ingest-digest-", processors));
    }

    private static ExecutorService pool(String prefix, int size) {
      AtomicInteger count = new AtomicInteger();
      return Executors.newFixedThreadPool(
          size, body -> thread(prefix + count.incrementAndGet(), body));
    }
  }

  /**
   * Creates the threads; none runs yet.
   *
   * @param engine the drivers
   * @param pools what ends with the engine
   * @param pacing how often they look
   * @param stop what ends all waiting
   */
  public EngineThreads(Engine engine, Pools pools, Pacing pacing, Stop stop) {
    this.engine = engine;
    this.tasks = pools.tasks();
    this.digests = pools.digests();
    this.pacing = pacing;
    this.stop = stop;
    engine.onProgress(this::wake);
  }

  /** A wait that a shutdown cuts short. Thread-safe. */
  public static final class Stop implements Seams.Pause {

    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Creates a stop that has not come. */
    public Stop() {}

    @Override
    public boolean await(Duration time) {
      return !awaitOrInterrupted(stopped, time);
    }

    boolean isSet() {
      return stopped.getCount() == 0;
    }

    void set() {
      stopped.countDown();
    }
  }

  /** Starts the drivers. */
  public void start() {
    claimers.add(thread("ingest-worker", () -> claim("worker", engine.worker()::tick, wakeWorker)));
    claimers.add(
        thread("ingest-verifier", () -> claim("verifier", engine.verifier()::tick, wakeVerifier)));
    claimers.add(thread("ingest-sweeper", this::sweep));
    renewers.add(thread("ingest-lease-renewal", this::renew));
    claimers.forEach(Thread::start);
    renewers.forEach(Thread::start);
  }

  /** Makes the claiming drivers look at once; a hint that may be lost. */
  public void wake() {
    wake(wakeWorker);
    wake(wakeVerifier);
  }

  /**
   * Waits until nothing is in flight that this node could work on.
   *
   * @return false if the engine stopped before
   */
  public boolean awaitIdle() {
    while (engine.supervisor().supervise("idle check", () -> engine.isIdle() ? 1 : 0) != 1) {
      if (!stop.await(pacing.poll())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Stops everything in order; a second caller waits for the first. Not cut short by interrupts.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted();
    stop.set();
    wake();
    interrupted |= join(claimers);
    tasks.shutdown();
    interrupted |= awaitTasks(pacing.shutdownGrace());
    if (!tasks.isTerminated()) {
      engine.leases().cancelAll();
      tasks.shutdownNow();
      interrupted |= awaitTasks(LONGEST_STOP);
    }
    if (!tasks.isTerminated()) {
      LOG.warn("stages did not stop within {}; their leases run out", LONGEST_STOP);
    }
    renewalStop.countDown();
    interrupted |= join(renewers);
    digests.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void claim(String driver, IntSupplier tick, Semaphore wake) {
    while (!stop.isSet()) {
      int done = engine.supervisor().supervise(driver, tick);
      if (done < 0) {
        stop.await(pacing.renewal());
      } else if (done == 0) {
        awaitWake(wake);
      }
    }
  }

  private void sweep() {
    while (!stop.isSet()) {
      int done = engine.supervisor().supervise("sweeper", engine.sweeper()::tick);
      if (done <= 0 && !stop.await(pacing.sweep())) {
        return;
      }
    }
  }

  private void renew() {
    while (!awaitOrInterrupted(renewalStop, pacing.renewal())) {
      engine.supervisor().supervise("lease renewal", engine.leases()::tick);
    }
  }

  private static void wake(Semaphore driver) {
    if (driver.availablePermits() == 0) {
      driver.release();
    }
  }

  private void awaitWake(Semaphore wake) {
    try {
      if (wake.tryAcquire(pacing.poll().toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.trace("woken");
      }
    } catch (InterruptedException e) {
      // Nobody interrupts these threads to stop them; a flag that a listener left behind is
      // dropped.
      LOG.debug("a driver was interrupted while it waited", e);
    }
  }

  /** Waits for the tasks to end; tells whether the waiting thread was interrupted meanwhile. */
  private boolean awaitTasks(Duration time) {
    return uninterruptibly(time, nanos -> tasks.awaitTermination(nanos, TimeUnit.NANOSECONDS));
  }

  private static boolean join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      interrupted |=
          uninterruptibly(
              LONGEST_STOP,
              nanos -> {
                TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
                return !thread.isAlive();
              });
      if (thread.isAlive()) {
        LOG.warn("{} did not stop within {}", thread.getName(), LONGEST_STOP);
      }
    }
    return interrupted;
  }

  private static boolean uninterruptibly(Duration time, Wait wait) {
    boolean interrupted = false;
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      try {
        if (wait.upTo(left)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }

  @FunctionalInterface
  private interface Wait {
    boolean upTo(long nanos) throws InterruptedException;
  }

  private static boolean awaitOrInterrupted(CountDownLatch latch, Duration time) {
    try {
      return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }
}
