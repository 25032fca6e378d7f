package dev.ingest.core.engine;

import dev.ingest.spi.ledger.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that drive the engine: one per driver and watcher, and the one that renews leases,
 * which ends last.
 *
 * <p>None does anything before all of them are there and the ledger's hints are registered: nothing
 * is claimed whose lease nobody renews, and a start that fails leaves nothing behind. Thread-safe.
 */
final class DriverThreads {

  private static final String RENEWAL = "lease renewal";

  private final Engine engine;
  private final EngineThreads.Pacing pacing;
  private final EngineThreads.Stop stop;
  private final EngineThreads.Stop renewalStop = new EngineThreads.Stop();
  private final Driver registry;
  private final List<Driver> watchers;
  private final ClaimTurn worker;
  private final ClaimTurn verifier;
  private final Semaphore beatNow = new Semaphore(0);
  private final AtomicInteger unlooked;
  private final HurriedTurns expiries;
  private volatile @Nullable Running running;
  private volatile List<Thread> lastWords = List.of();

  /** The threads of a start that succeeded. */
  private record Running(List<Thread> drivers, Thread renewer, WorkQueue.Subscription arrivals) {}

  /**
   * Creates the drivers; no thread runs yet.
   *
   * @param engine whose drivers they are
   * @param pacing how often they look
   * @param stop ends them, but for the renewal of leases
   * @param watchers what else ticks at intervals
   */
  DriverThreads(
      Engine engine, EngineThreads.Pacing pacing, EngineThreads.Stop stop, List<Driver> watchers) {
    this.engine = engine;
    this.pacing = pacing;
    this.stop = stop;
    this.registry = engine.registry();
    this.watchers =
        new ArrayList<>(List.of(sweeper(engine, pacing.sweep()), engine.contentWatch()));
    this.watchers.addAll(watchers);
    this.unlooked = new AtomicInteger(this.watchers.size());
    this.expiries = new HurriedTurns(engine.seams().elapsed());
    this.worker = new ClaimTurn(Watcher.WORKER, engine.worker(), engine, pacing, stop);
    this.verifier = new ClaimTurn(Watcher.VERIFIER, engine.verifier(), engine, pacing, stop);
  }

  /**
   * Starts them, unless they run.
   *
   * @return false if they were stopped before: none runs then
   */
  synchronized boolean start() {
    if (stop.isSet()) {
      return false;
    }
    if (running == null) {
      CompletableFuture<Boolean> allThere = new CompletableFuture<>();
      try {
        running = begin(allThere);
      } finally {
        allThere.complete(running != null);
      }
    }
    return true;
  }

  /** Returns what has begun, after a start that is under way. */
  private synchronized @Nullable Running begun() {
    return running;
  }

  private Running begin(CompletableFuture<Boolean> allThere) {
    List<Thread> drivers = new ArrayList<>();
    for (ClaimTurn turn : List.of(worker, verifier)) {
      if (turn.isClaiming()) {
        drivers.add(
            thread(
                turn.name(), allThere, loop(turn.name(), pacing.renewal(), turn, turn::release)));
      }
    }
    // It stays registered, as draining, until all is committed: what ends it comes last.
    drivers.add(driving(registry, allThere, this::register, engine::drain));
    for (Driver watcher : watchers) {
      drivers.add(
          driving(
              watcher,
              allThere,
              counted(() -> drive(watcher)),
              tells(watcher) ? () -> {} : watcher.end()));
    }
    Thread renewer =
        thread(
            "lease-renewal",
            allThere,
            new Loop(
                RENEWAL,
                engine.supervisor(),
                renewalStop,
                pacing.renewal(),
                this::renew,
                () -> {}));
    renewer.start();
    drivers.forEach(Thread::start);
    return new Running(drivers, renewer, engine.onArrival(this::wake));
  }

  /** A turn whose first is counted, whatever comes of it. */
  private Supplier<Duration> counted(Supplier<Duration> turn) {
    AtomicBoolean isCounted = new AtomicBoolean();
    return () -> {
      try {
        return turn.get();
      } finally {
        if (!isCounted.getAndSet(true)) {
          unlooked.decrementAndGet();
        }
      }
    };
  }

  /** Tells whether a pump is among the watchers. */
  boolean hasPump() {
    return watchers.stream().anyMatch(DriverThreads::tells);
  }

  /**
   * Tells whether each watcher has taken a turn, which is no look where another node's lease has it
   * refused.
   */
  boolean haveLooked() {
    return unlooked.get() <= 0;
  }

  /** Returns the turns of the expirer; empty if there is none among the watchers. */
  Optional<HurriedTurns> expiries() {
    return watchers.stream().filter(DriverThreads::isExpirer).map(any -> expiries).findFirst();
  }

  private static boolean isExpirer(Driver watcher) {
    return watcher.name().equals(Watcher.EXPIRER.label());
  }

  private static boolean tells(Driver watcher) {
    return watcher.name().equals(Watcher.PUMP.label());
  }

  /**
   * Tells, when all else has ended, what was raised by then, on a thread of its own: sinks may take
   * long. Not where the thread of the one that tells still hangs in one.
   *
   * @return whether the thread was interrupted meanwhile
   */
  boolean tellLast(LimitedWait wait) {
    Running begun = begun();
    List<Thread> last = new ArrayList<>();
    for (Driver watcher : begun == null ? List.<Driver>of() : watchers) {
      if (tells(watcher) && !isAlive(watcher)) {
        String name = watcher.name();
        Runnable word = () -> supervise(name, ending(watcher.end()));
        Thread thread = EngineThreads.thread("ingest-last-word", word);
        last.add(thread);
        lastWords = List.copyOf(last);
        EngineThreads.startOrRun(thread, word);
      }
    }
    return wait.end(last);
  }

  private boolean isAlive(Driver watcher) {
    Running begun = running;
    return begun != null
        && begun.drivers().stream()
            .anyMatch(one -> one.isAlive() && one.getName().equals("ingest-" + watcher.name()));
  }

  private Thread driving(
      Driver driver, CompletableFuture<Boolean> allThere, Supplier<Duration> turn, Runnable end) {
    return thread(driver.name(), allThere, loop(driver.name(), driver.period(), turn, end));
  }

  private Loop loop(String name, Duration afterError, Supplier<Duration> turn, Runnable end) {
    return new Loop(
        name, engine.supervisor(), stop, afterError, turn, () -> supervise(name, ending(end)));
  }

  private static Thread thread(String name, CompletableFuture<Boolean> allThere, Loop loop) {
    return EngineThreads.thread(
        "ingest-" + name,
        () -> {
          if (allThere.join()) {
            loop.run();
          }
        });
  }

  /** Makes those that claim look soon; a hint that may be lost. */
  void wake() {
    worker.wake();
    verifier.wake();
  }

  /**
   * Has the other nodes told at once that this one drains, on the thread that beats, and waits for
   * it: until they are told, or cannot be. Where none beats there is nothing to tell.
   *
   * @return whether the thread was interrupted meanwhile
   */
  boolean tellDrain(LimitedWait wait) {
    if (running == null || has(Thread.currentThread())) {
      return false;
    }
    ClaimTurn.signal(beatNow);
    return wait.until(engine::awaitDrainTold);
  }

  /** Tells whether a thread is one of these. */
  boolean has(Thread thread) {
    Running begun = running;
    return lastWords.contains(thread)
        || (begun != null && (begun.drivers().contains(thread) || begun.renewer().equals(thread)));
  }

  /**
   * Waits for all to end that were stopped, which is for all but the renewal of leases.
   *
   * @return whether the thread was interrupted meanwhile
   */
  boolean end(LimitedWait wait) {
    Running begun = begun();
    if (begun == null) {
      return false;
    }
    supervise("hints of the ledger", ending(begun.arrivals()::close));
    wake();
    ClaimTurn.signal(beatNow);
    expiries.hurry();
    return wait.end(begun.drivers());
  }

  /**
   * Renews no lease any more.
   *
   * @return whether the thread was interrupted meanwhile
   */
  boolean endRenewal(LimitedWait wait) {
    renewalStop.set();
    Running begun = running;
    return begun != null && wait.end(List.of(begun.renewer()));
  }

  private Duration drive(Driver driver) {
    return isExpirer(driver)
        ? expiries.take(() -> supervise(driver.name(), driver.tick()), driver.period())
        : supervise(driver.name(), driver.tick()) > 0 ? Duration.ZERO : driver.period();
  }

  /** Beats; a drain has the next one come at once. */
  private Duration register() {
    supervise(registry.name(), registry.tick());
    ClaimTurn.isSignalled(beatNow, registry.period().toNanos());
    return Duration.ZERO;
  }

  private Duration renew() {
    if (renewalStop.pause(pacing.renewal())) {
      supervise(RENEWAL, engine.leases()::tick);
    }
    return Duration.ZERO;
  }

  private int supervise(String name, IntSupplier tick) {
    return engine.supervisor().supervise(name, tick);
  }

  static IntSupplier ending(Runnable end) {
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
}
