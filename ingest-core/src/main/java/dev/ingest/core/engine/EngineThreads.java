package dev.ingest.core.engine;

import java.time.Duration;
import java.time.InstantSource;
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
 * <p>A claiming driver ({@link ClaimTurn}) looks at intervals, and is woken by hints, which may be
 * lost: the ledger's when work arrives, and this node's own when a task has ended.
 *
 * <p>Drivers start together or not at all ({@link DriverThreads}), and until they stop neither an
 * error nor an interrupt ends one ({@link Loop}).
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
  private static final Duration LONGEST_LAST_WORD = Duration.ofSeconds(5);
  private static final Duration LONGEST_LAST_CALL = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration IDLE_CHECK = Duration.ofMillis(200);

  private final Engine engine;
  private final ExecutorService tasks;
  private final ExecutorService beside;
  private final CommitThread commits;
  private final ExecutorService listener = Executors.newSingleThreadExecutor(this::listening);
  private final Pacing pacing;
  private final Stop stop;
  private final DriverThreads drivers;
  private final Semaphore taskEnded = new Semaphore(0);
  private final TellingWait.InVain waitedInVain = new TellingWait.InVain();
  private volatile @Nullable Thread teller;
  private volatile @Nullable Thread lastCaller;
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
     * @param questions where probes, sinks and the notifier are asked
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
    this.drivers = new DriverThreads(engine, pacing, stop, watchers);
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
      try {
        return !stopped.await(time.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    /**
     * Waits on a thread of the engine's own, which nobody interrupts to stop it: an interrupt ends
     * the wait, and no more.
     *
     * @return whether the engine goes on
     */
    boolean pause(Duration time) {
      try {
        return !stopped.await(time.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        LOG.debug("a driver was interrupted while it waited", e);
        return !isSet();
      }
    }

    boolean isSet() {
      return stopped.getCount() == 0;
    }

    void set() {
      stopped.countDown();
    }
  }

  /**
   * Starts the drivers, unless they run. What it throws leaves nothing behind, and it may be
   * repeated.
   *
   * @return false if the engine was closed before: nothing runs then
   */
  public boolean start() {
    return drivers.start();
  }

  /** Makes the claiming drivers look soon; a hint that may be lost. */
  public void wake() {
    drivers.wake();
  }

  /**
   * Claims nothing any more, tells the other nodes, and waits for both: until they are told, or
   * cannot be, and until nothing is under way. Not cut short by interrupts.
   *
   * @param longest the most to wait, whatever hangs
   * @return whether nothing is under way any more; on the listener's thread, whether nothing is but
   *     the news that wait for it
   */
  public boolean drain(Duration longest) {
    LimitedWait wait = new LimitedWait(longest);
    engine.stopClaiming();
    wake();
    boolean interrupted = drivers.tellDrain(wait);
    interrupted |= awaitNoneUnderWay(wait);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !isUnderWay();
  }

  private void progressed() {
    wake();
    ClaimTurn.signal(taskEnded);
  }

  /**
   * Waits until nothing is in flight that this node could work on, and the listener has heard of
   * what it did; then for bytes that are due to go ({@link DisposalWait}), and for whoever is to
   * tell what was raised ({@link TellingWait}).
   *
   * @return false if the engine stopped before it was idle, or the thread was interrupted before
   */
  public boolean awaitIdle() {
    if (stop.isSet()) {
      return false;
    }
    TellingWait.Own own = new TellingWait.Own(drivers.hasPump(), drivers::haveLooked);
    TellingWait telling = new TellingWait(engine.node(), supervisor(), own, waitedInVain);
    telling.note();
    IdleWait wait = new IdleWait(LOOK, IDLE_CHECK, engine.seams()::unit);
    while (supervisor().supervise("idle check", () -> engine.isIdle() ? 1 : 0) != 1) {
      if (!stop.await(wait.next())) {
        return false;
      }
    }
    drivers
        .expiries()
        .ifPresent(turns -> new DisposalWait(engine.node(), supervisor(), turns).await());
    telling.await();
    return true;
  }

  /**
   * Stops everything in order; a second caller waits for the first. Not cut short by interrupts.
   * The listener may call it, and a thread of the engine's own on which it hears of a failure:
   * neither waits for itself, nor for a first caller, who waits for it.
   */
  @Override
  public void close() {
    if (!stop.isSet() || !isOwn(Thread.currentThread())) {
      closeInOrder();
    }
  }

  private synchronized void closeInOrder() {
    if (closed) {
      return;
    }
    closed = true;
    StepByStep steps = new StepByStep();
    stop.set();
    steps.take(() -> drivers.end(new LimitedWait(LONGEST_STOP)));
    steps.take(this::endTasks);
    steps.take(
        () -> {
          engine.endCommits(LONGEST_STOP);
          return false;
        });
    steps.take(
        () -> {
          commits.close();
          return false;
        });
    steps.take(this::handBack);
    steps.take(() -> drivers.tellLast(new LimitedWait(LONGEST_LAST_WORD)));
    Driver registry = engine.registry();
    steps.take(() -> lastCall(registry.name(), DriverThreads.ending(registry.end())));
    steps.take(this::endListener);
    steps.take(() -> drivers.endRenewal(new LimitedWait(LONGEST_STOP)));
    beside.shutdown();
    steps.end();
  }

  private boolean endTasks() {
    boolean interrupted = awaitNoneUnderWay(new LimitedWait(pacing.shutdownGrace()));
    if (isUnderWay()) {
      engine.leases().cancelAll();
      List<Runnable> queued = tasks.shutdownNow();
      interrupted |=
          lastCall("queued work", DriverThreads.ending(() -> queued.forEach(Runnable::run)));
      interrupted |= awaitNoneUnderWay(new LimitedWait(QUICK_STOP));
      interrupted |= handBack();
      interrupted |= new LimitedWait(LONGEST_STOP).end(tasks);
    }
    tasks.shutdown();
    interrupted |= new LimitedWait(QUICK_STOP).end(tasks);
    if (!tasks.isTerminated()) {
      LOG.warn("stages did not stop within {}; their leases run out", LONGEST_STOP);
    }
    return interrupted;
  }

  /** The listener that ends the engine hears the rest when it returns from that. */
  private boolean endListener() {
    listener.shutdown();
    if (isListener(Thread.currentThread())) {
      return false;
    }
    boolean interrupted = new LimitedWait(QUICK_STOP).end(listener);
    if (!listener.isTerminated()) {
      LOG.warn(
          "the listener did not return within {}; {} pieces of news are not told",
          QUICK_STOP,
          supervisor().news().size());
    }
    return interrupted;
  }

  private boolean isOwn(Thread thread) {
    return isListener(thread) || thread.equals(lastCaller) || drivers.has(thread);
  }

  private boolean isListener(Thread thread) {
    return thread.equals(teller);
  }

  private Thread listening(Runnable body) {
    Thread thread = thread("ingest-listener", body);
    teller = thread;
    return thread;
  }

  private Supervisor supervisor() {
    return engine.supervisor();
  }

  private boolean handBack() {
    return lastCall("hand-back", engine.leases()::handBack);
  }

  /**
   * Does what is left to do, which may call the ledger, on a thread of its own: what hangs is left
   * to itself, and what it was for to the end of leases and of the node's record.
   */
  private boolean lastCall(String name, IntSupplier call) {
    Runnable supervised = () -> supervisor().supervise(name, call);
    Thread thread = thread("ingest-last-call", supervised);
    lastCaller = thread;
    startOrRun(thread, supervised);
    return new LimitedWait(LONGEST_LAST_CALL).end(List.of(thread));
  }

  /**
   * Starts a thread, or does in its place what it is for where none can be had, as under a limit of
   * processes: an end that may be held up by what hangs is better than half of one.
   */
  static void startOrRun(Thread thread, Runnable body) {
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      LOG.warn("{} has no thread, and is done in turn", thread.getName(), e);
      body.run();
    }
  }

  /**
   * Tells whether claims are unfinished. News that wait for the listener count, but not on its own
   * thread, on which none is told before it returns.
   */
  private boolean isUnderWay() {
    return (isListener(Thread.currentThread()) ? engine.atWork() : engine.inFlight()) > 0;
  }

  private boolean awaitNoneUnderWay(LimitedWait wait) {
    return wait.until(
        nanos ->
            !isUnderWay()
                || (taskEnded.tryAcquire(Math.min(nanos, LOOK.toNanos()), TimeUnit.NANOSECONDS)
                    && !isUnderWay()));
  }

  static Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }
}
