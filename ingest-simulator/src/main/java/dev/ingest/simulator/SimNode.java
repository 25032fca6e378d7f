package dev.ingest.simulator;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.EngineListener;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.engine.Driver;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.IncompleteTickException;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.engine.Watchers;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/** One life of one node: a real engine over faulty stores. When it dies, another life follows. */
final class SimNode {

  private static final Duration BEGIN_AGAIN = Duration.ofMillis(100);
  private static final Duration POLL = Duration.ofSeconds(3);
  private static final Duration SWEEP = Duration.ofSeconds(20);
  private static final int MAX_PARTS_PER_MILLION = 500;
  private static final String EXPIRER = "expirer";
  private static final ScrubPolicy SCRUB =
      ScrubPolicy.DEFAULT
          .withBytesPerSecond(1 << 20)
          .withAge(Duration.ofMinutes(2))
          .withFailedAge(Duration.ofMinutes(1));
  private static final Duration REPAIR_WINDOW = Duration.ofMinutes(2);

  private final World world;
  private final int place;
  private final int life;
  private final String name;
  private final Engine engine;
  private final ContentAccess content;
  private final LedgerStore ledger;
  private final Line worker;
  private final Line verifier;
  private final Instant born;
  private final int partsPerMillion;
  private final List<Line> deleting = new ArrayList<>();
  private Duration skew;
  private long frozenUntil;
  private boolean alive = true;
  private boolean woken;

  SimNode(World world, int place, int life) {
    this.world = world;
    this.place = place;
    this.life = life;
    this.name = "node-" + place + "-" + life;
    this.worker = new Line(name + "/w", this);
    this.verifier = new Line(name + "/v", this);
    this.born = world.now();
    this.partsPerMillion = world.below(2 * MAX_PARTS_PER_MILLION + 1) - MAX_PARTS_PER_MILLION;
    this.skew = world.scenario().isCalm() ? Duration.ZERO : Duration.ofMillis(world.below(4_000));
    NodeFaults faults = new NodeFaults(world, this);
    this.content = new FaultingContent(stored(), faults).access();
    this.ledger = world.sabotage().answers(new FaultingLedger(world.ledger(), faults));
    this.engine =
        new Engine(
            node(), content.purger(), world.scenario().sweepGrace(), new Supervisor(new Ear()));
    engine.onProgress(this::wake);
  }

  private ContentAccess stored() {
    ContentAccess stored = world.content().access(name);
    return world.restoration().isStruck()
        ? world.sabotage().stored(stored, world.rawLedger())
        : stored;
  }

  private Node node() {
    Scenario scenario = world.scenario();
    Seams seams =
        new Seams(
            () -> world.now().plus(skew),
            world::bits,
            task -> world.in(world.upTo(Duration.ofMillis(50)), new Line(name + "/t", this), task),
            time -> {
              world.pause(time, this);
              return true;
            },
            Runnable::run,
            new CommitLine(world, this),
            this::elapsed);
    List<Pipeline> pipelines =
        UserCode.PIPELINES.stream()
            .map(each -> UserCode.pipeline(world, this, place, each))
            .toList();
    return new Node(
        new Node.Identity(new NodeId(name), "v" + life),
        ledger,
        content.store(),
        pipelines,
        policies(scenario, scenario.quota()),
        seams);
  }

  /** How nodes work, whose owners have a quota. */
  private static Node.Policies policies(Scenario scenario, OwnerQuota quota) {
    TimePolicy times = new TimePolicy(Duration.ofMinutes(3), scenario.timeToLive(), REPAIR_WINDOW);
    IntakeLimits limits = new IntakeLimits(1_000, 1 << 20, 1 << 24, quota, scenario.idleTime());
    WorkPolicy work =
        new WorkPolicy(
            scenario.lease(),
            6,
            Duration.ofSeconds(1),
            Duration.ofSeconds(20),
            scenario.parallelism());
    return new Node.Policies(times, limits, work, true);
  }

  /** Nanoseconds by a clock that nobody sets, but that runs a little fast or slow. */
  private long elapsed() {
    long nanos = Duration.between(born, world.now()).toNanos();
    return nanos + nanos / 1_000_000 * partsPerMillion;
  }

  /** Starts the drivers. */
  void start() {
    world.trace().say(name, "starts");
    beginTime(Duration.ZERO);
    repeat(worker, POLL, "worker", engine.worker()::tick);
    repeat(verifier, POLL, "verifier", engine.verifier()::tick);
    repeat(
        new Line(name + "/r", this),
        world.scenario().lease().dividedBy(4),
        "lease renewal",
        engine.leases()::tick);
    Line sweeper = new Line(name + "/s", this);
    deleting.add(sweeper);
    repeat(sweeper, SWEEP, "sweeper", engine.sweeper()::tick);
    Watchers.Plan plan =
        new Watchers.Plan(
            world.scenario().expiry(),
            SCRUB,
            QuietHourPolicy.DEFAULT,
            AlertPolicy.DEFAULT,
            List.of(world.sink()),
            Optional.empty(),
            world.scenario().audits(),
            Optional.of(world.notifier()),
            false);
    repeat(engine.registry());
    repeat(engine.contentWatch());
    new Watchers(engine, content, plan).drivers().forEach(this::repeat);
    if (world.scenario().hasBackfills()) {
      repeat(engine.backfiller());
    }
  }

  private void repeat(Driver driver) {
    Line line = new Line(name + "/" + driver.name(), this);
    if (driver.name().equals(EXPIRER)) {
      deleting.add(line);
    }
    repeat(line, driver.period(), driver.name(), driver.tick());
  }

  /** As the engine's builder does, which fails if this does; here it is repeated. */
  private void beginTime(Duration delay) {
    world.in(
        delay,
        new Line(name + "/b", this),
        () -> {
          int begun =
              engine
                  .supervisor()
                  .supervise(
                      "clock",
                      () -> {
                        engine.begin();
                        return 0;
                      });
          if (begun < 0) {
            beginTime(BEGIN_AGAIN);
          }
        });
  }

  private void repeat(Line line, Duration period, String driver, IntSupplier tick) {
    world.in(
        world.upTo(period),
        line,
        () -> {
          engine.supervisor().supervise(driver, tick);
          repeat(line, period, driver, tick);
        });
  }

  /** Makes the claiming drivers look soon. */
  void wake() {
    if (!woken) {
      woken = true;
      Duration soon = world.upTo(Duration.ofMillis(20));
      world.in(
          soon,
          worker,
          () -> {
            woken = false;
            engine.supervisor().supervise("worker", engine.worker()::tick);
          });
      world.in(
          soon, verifier, () -> engine.supervisor().supervise("verifier", engine.verifier()::tick));
    }
  }

  String name() {
    return name;
  }

  Engine engine() {
    return engine;
  }

  /** Tells whether it is in the midst of what may delete something. */
  boolean isDeleting() {
    return deleting.stream().anyMatch(Line::isBusy);
  }

  boolean isAlive() {
    return alive;
  }

  void requireAlive() {
    if (!alive) {
      throw new SimulatedCrash(name + " died meanwhile");
    }
  }

  long frozenUntil() {
    return frozenUntil;
  }

  void freeze(Duration time) {
    world.trace().say(name, "stands still for " + time);
    frozenUntil = world.now().plus(time).toEpochMilli();
  }

  void jump(Duration by) {
    world.trace().say(name, "its clock jumps by " + by);
    skew = skew.plus(by);
  }

  /** Dies; what it had in memory is gone, and another life begins after a while. */
  void die(String how) {
    if (alive) {
      alive = false;
      world.trace().say(name, "dies: " + how);
      world.tally().add("deaths");
      world.in(world.upTo(Duration.ofSeconds(15)), new Line("init-" + place, null), this::nextLife);
    }
  }

  private void nextLife() {
    SimNode next = new SimNode(world, place, life + 1);
    world.nodes().set(place, next);
    next.start();
  }

  /** Tells whether an error is one that a store, or a sink, may throw. */
  static boolean isOfStores(Throwable cause) {
    return cause instanceof LedgerException
        || cause instanceof ContentException
        || cause instanceof OutcomeUnknownException
        || cause instanceof UncheckedIOException
        || cause instanceof IOException
        || cause instanceof AlertSinkException
        || cause instanceof IncompleteTickException;
  }

  /**
   * Tells whether what a node works on was not there yet in the ledger that it finds itself over.
   */
  private boolean isOfAFailover(Throwable cause) {
    return world.restoration().isStruck()
        && world.scenario().failsOver()
        && cause instanceof ActRefusedException
        && String.valueOf(cause.getMessage()).startsWith("there is no backfill");
  }

  /** Hears of errors; one that no store could have caused is a defect. */
  private final class Ear implements EngineListener {
    @Override
    public void driverFailed(String driver, Throwable cause, long total) {
      world.trace().say(name, driver + " failed: " + cause);
      if (!isOfStores(cause) && !isOfAFailover(cause)) {
        throw world.fail(
            new AssertionError(driver + " of " + name + " threw what no fault explains", cause));
      }
    }
  }
}
