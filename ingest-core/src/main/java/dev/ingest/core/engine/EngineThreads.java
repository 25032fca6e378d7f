package dev.ingest.core.engine;

import dev.ingest.spi.ledger.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's threads, all in one place: one per driver and watcher, named {@code ingest-…}, the
 * thread that commits, the one that tells the listener, the pool that runs stages and
 * verifications, and the pool for what goes on beside them: digests of large bodies while they are
 * stored, and pages that an audit reads ahead, and its ranges but for one.
 *
 * <p>A claiming driver that found something looks again at once while at least half its room is
 * free. One that found nothing waits, longer each time ({@link IdleWait}), and is woken by hints:
 * the ledger's when work arrives, and this node's own when a task has ended. A hint for less than
 * half the room is answered within 50 ms, so that claims are of many. Hints may be lost; looking at
 * intervals is what finds the work. After a look in vain a hint is answered 5 ms later at the
 * earliest, by one look for all hints of that time.
 *
 * <p>They stop in this order: claiming ends, and the other nodes are told; what runs is given a
 * grace period to finish and to be committed, then told to end and handed back together; what is
 * still queued is committed or answered as unknown; the listener is told the rest; renewing stops
 * last, so that nothing is lost to another node while it is still being finished here.
 */
public final class EngineThreads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EngineThreads.class);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);
  private static final Duration QUICK_STOP = Duration.ofSeconds(1);
  private static final Duration HINT_SPACING = Duration.ofMillis(5);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration IDLE_CHECK = Duration.ofMillis(200);

  private final Engine engine;
  private final ExecutorService tasks;
  private final ExecutorService beside;
  private final CommitThread commits;
  private final ExecutorService listener =
      Executors.newSingleThreadExecutor(body -> thread("ingest-listener", body));
  private final Pacing pacing;
  private final Stop stop;
  private final Driver registry;
  private final List<Driver> drivers = new ArrayList<>();
  private final CountDownLatch renewalStop = new CountDownLatch(1);
  private final Semaphore wakeWorker = new Semaphore(0);
  private final Semaphore wakeVerifier = new Semaphore(0);
  private final Semaphore taskEnded = new Semaphore(0);
  private final List<Thread> claimers = new ArrayList<>();
  private final List<Thread> renewers = new ArrayList<>();
  private WorkQueue.@Nullable Subscription arrivals;
  private boolean closed;

  /**
   * How often drivers look for work when they found none.
   *
   * @param longestPoll the most that worker and verifier wait, 1 ms or more
   * @param renewal lease renewal; a third of the lease time or less
   * @param sweep the sweeper
   * @param shutdownGrace how long running stages may go on at shutdown
   */
  public record Pacing(
      Duration longestPoll, Duration renewal, Duration sweep, Duration shutdownGrace) {}

  /**
   * The engine's pools. The queue of the tasks is bounded by what is handed to them: one for each
   * claim in flight, twice the parallelism at most. What goes on beside them has no queue: nothing
   * may wait there behind a range that an audit reads for minutes, so what no thread is free for is
   * refused, and whoever handed it over does it, or does without.
   *
   * @param tasks runs stages and verifications
   * @param beside digests large bodies while they are stored, reads pages ahead, and ranges of
   *     places at the same time as others
   * @param commits commits
   */
  public record Pools(ExecutorService tasks, ExecutorService beside, CommitThread commits) {

    /** For audits, so that they do not stand in the way of uploads: four ranges, four threads. */
    private static final int AUDITING = 16;

    private static final Duration IDLE = Duration.ofSeconds(10);

    /**
     * Makes pools of named daemon threads.
     *
     * @param taskThreads the number of threads that run tasks
     * @return the pools
     */
    public static Pools of(int taskThreads) {
      return new Pools(
          Executors.newFixedThreadPool(taskThreads, named("ingest-task-")),
          new ThreadPoolExecutor(
              0,
              Runtime.getRuntime().availableProcessors() + AUDITING,
              IDLE.toSeconds(),
              TimeUnit.SECONDS,
              new SynchronousQueue<>(),
              named("ingest-beside-")),
          new CommitThread());
    }

    /**
     * Makes the seams of an engine that runs on these pools.
     *
     * @param clock paces ticks and local lease time
     * @param randomBits 64 random bits at a call
     * @param stop what ends all waiting
     * @param questions where probes are asked
     * @return the seams
     */
    public Seams seams(
        InstantSource clock, LongSupplier randomBits, Stop stop, Seams.Questions questions) {
      return new Seams(
          clock, randomBits, tasks, stop, beside, commits, System::nanoTime, questions);
    }

    private static ThreadFactory named(String prefix) {
      AtomicInteger count = new AtomicInteger();
      return body -> thread(prefix + count.incrementAndGet(), body);
    }
  }

  /**
   * Creates the threads; none runs yet.
   *
   * @param engine the drivers
   * @param pools what ends with the engine
   * @param pacing how often they look
   * @param stop what ends all waiting
   * @param watchers what else ticks at intervals, each on a thread of its own
   */
  public EngineThreads(
      Engine engine, Pools pools, Pacing pacing, Stop stop, List<Driver> watchers) {
    this.engine = engine;
    this.tasks = pools.tasks();
    this.beside = pools.beside();
    this.commits = pools.commits();
    this.pacing = pacing;
    this.stop = stop;
    this.registry = engine.registry();
    // It stays registered, as draining, until all is committed: what ends it comes last.
    this.drivers.add(
        new Driver(registry.name(), registry.period(), registry.tick(), engine::drain));
    this.drivers.add(sweeper(engine, pacing.sweep()));
    this.drivers.addAll(watchers);
    engine.onProgress(this::progressed);
    engine.supervisor().news().toldBy(listener);
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
  public synchronized void start() {
    arrivals = engine.onArrival(this::wake);
    if (engine.worker().isClaiming()) {
      claimers.add(claimer(Watcher.WORKER, engine.worker(), wakeWorker));
    }
    if (engine.verifier().isClaiming()) {
      claimers.add(claimer(Watcher.VERIFIER, engine.verifier(), wakeVerifier));
    }
    drivers.forEach(driver -> claimers.add(thread("ingest-" + driver.name(), () -> drive(driver))));
    renewers.add(thread("ingest-lease-renewal", this::renew));
    claimers.forEach(Thread::start);
    renewers.forEach(Thread::start);
  }

  /** Makes the claiming drivers look soon; a hint that may be lost. */
  public void wake() {
    signal(wakeWorker);
    signal(wakeVerifier);
  }

  /**
   * Claims nothing any more, tells the other nodes, and waits for what is under way. Not cut short
   * by interrupts.
   *
   * @param longest the most to wait
   * @return whether nothing is under way any more
   */
  public boolean drain(Duration longest) {
    engine.drain();
    wake();
    if (awaitNoneInFlight(longest)) {
      Thread.currentThread().interrupt();
    }
    return engine.inFlight() == 0;
  }

  private void progressed() {
    wake();
    signal(taskEnded);
  }

  /**
   * Waits until nothing is in flight that this node could work on, and the listener has heard of
   * what it did.
   *
   * @return false if the engine stopped before
   */
  public boolean awaitIdle() {
    IdleWait wait = new IdleWait(LOOK, IDLE_CHECK, engine.seams()::unit);
    while (engine.supervisor().supervise("idle check", () -> engine.isIdle() ? 1 : 0) != 1) {
      if (!stop.await(wait.next())) {
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
    if (arrivals != null) {
      arrivals.close();
    }
    wake();
    interrupted |= join(claimers);
    interrupted |= awaitNoneInFlight(pacing.shutdownGrace());
    if (engine.inFlight() > 0) {
      engine.leases().cancelAll();
      tasks.shutdownNow().forEach(Runnable::run);
      interrupted |= awaitNoneInFlight(QUICK_STOP);
      handBack();
      interrupted |= awaitEnd(tasks, LONGEST_STOP);
    }
    tasks.shutdown();
    interrupted |= awaitEnd(tasks, QUICK_STOP);
    if (!tasks.isTerminated()) {
      LOG.warn("stages did not stop within {}; their leases run out", LONGEST_STOP);
    }
    engine.endCommits(LONGEST_STOP);
    commits.close();
    handBack();
    engine.supervisor().supervise(registry.name(), ending(registry.end()));
    listener.shutdown();
    interrupted |= awaitEnd(listener, QUICK_STOP);
    if (!listener.isTerminated()) {
      LOG.warn(
          "the listener did not return within {}; {} pieces of news are not told",
          QUICK_STOP,
          engine.supervisor().news().size());
    }
    renewalStop.countDown();
    interrupted |= join(renewers);
    beside.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void handBack() {
    engine.supervisor().supervise("hand-back", engine.leases()::handBack);
  }

  private Thread claimer(Watcher watcher, LeasedDriver driver, Semaphore wake) {
    return thread("ingest-" + watcher.label(), () -> claim(watcher, driver, wake));
  }

  private void claim(Watcher watcher, LeasedDriver driver, Semaphore wake) {
    WatcherLease part = engine.part(watcher);
    IdleWait idle = new IdleWait(LOOK, pacing.longestPoll(), engine.seams()::unit);
    while (!stop.isSet()) {
      int done = engine.supervisor().supervise(watcher.label(), () -> beating(driver, part));
      dropInterrupt();
      if (done < 0) {
        stop.await(pacing.renewal());
      } else if (done > 0) {
        idle.reset();
        if (!driver.isRoomy()) {
          awaitHint(driver, wake, idle);
        }
      } else if (stop.await(HINT_SPACING)) {
        awaitHint(driver, wake, idle);
      }
    }
    engine.supervisor().supervise(watcher.label(), ending(part::release));
  }

  /** A node that drains claims nothing, so it does not beat for those who do. */
  private static int beating(LeasedDriver driver, WatcherLease part) {
    int done = driver.tick();
    if (driver.isClaiming()) {
      part.beat();
    }
    return done;
  }

  /** Waits for a hint: for less than half the room only as long as more of it may become free. */
  private void awaitHint(LeasedDriver driver, Semaphore wake, IdleWait idle) {
    long left = idle.next().toNanos();
    long end = System.nanoTime() + left;
    while (left > 0 && !stop.isSet()) {
      if (isWoken(wake, left)) {
        idle.reset();
        if (driver.isRoomy()) {
          return;
        }
        end = System.nanoTime() + Math.min(end - System.nanoTime(), LOOK.toNanos());
      }
      left = end - System.nanoTime();
    }
  }

  private void drive(Driver driver) {
    boolean going = true;
    while (going) {
      int done = engine.supervisor().supervise(driver.name(), driver.tick());
      dropInterrupt();
      going = done > 0 ? !stop.isSet() : stop.await(driver.period());
    }
    engine.supervisor().supervise(driver.name(), ending(driver.end()));
  }

  private static IntSupplier ending(Runnable end) {
    return () -> {
      end.run();
      return 0;
    };
  }

  private static Driver sweeper(Engine engine, Duration period) {
    WatcherLease part = engine.part(Watcher.SWEEPER);
    return new Driver(
        Watcher.SWEEPER.label(),
        period,
        () -> {
          int done = engine.sweeper().tick();
          if (!engine.sweeper().hasFailed()) {
            part.beat();
          }
          return done;
        },
        part::release);
  }

  private void renew() {
    while (!awaitOrInterrupted(renewalStop, pacing.renewal())) {
      engine.supervisor().supervise("lease renewal", engine.leases()::tick);
    }
  }

  private static void signal(Semaphore waiting) {
    if (waiting.availablePermits() == 0) {
      waiting.release();
    }
  }

  private static boolean isWoken(Semaphore wake, long nanos) {
    try {
      return wake.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.debug("a driver was interrupted while it waited", e);
      return false;
    }
  }

  /** Nobody interrupts a driver to stop it: a flag that a listener or a store left behind goes. */
  private static void dropInterrupt() {
    if (Thread.interrupted()) {
      LOG.debug("a driver came back interrupted");
    }
  }

  /** Waits until no claim is unfinished; tells whether the thread was interrupted meanwhile. */
  private boolean awaitNoneInFlight(Duration time) {
    return uninterruptibly(
        time,
        nanos ->
            engine.inFlight() == 0
                || (taskEnded.tryAcquire(Math.min(nanos, LOOK.toNanos()), TimeUnit.NANOSECONDS)
                    && engine.inFlight() == 0));
  }

  /** Waits for a pool to end; tells whether the waiting thread was interrupted meanwhile. */
  private static boolean awaitEnd(ExecutorService pool, Duration time) {
    return uninterruptibly(time, nanos -> pool.awaitTermination(nanos, TimeUnit.NANOSECONDS));
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

  static Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }
}
