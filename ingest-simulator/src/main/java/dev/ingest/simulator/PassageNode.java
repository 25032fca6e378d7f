package dev.ingest.simulator;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.EngineListener;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.core.engine.Driver;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.core.engine.Watchers;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultInjector;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * One life of a node of a passage: a real engine over stores, a sink and a notifier at which the
 * schedule's faults strike. It has no threads and no timers: the passage ticks its drivers.
 */
final class PassageNode implements FaultInjector {

  private final World world;
  private final Passage passage;
  private final String name;
  private final Line line;
  private final Instant born;
  private final Engine engine;
  private final List<Driver> drivers = new ArrayList<>();
  private boolean alive = true;

  PassageNode(World world, Passage passage, String name) {
    this.world = world;
    this.passage = passage;
    this.name = name;
    this.line = new Line(name, null);
    this.born = world.now();
    boolean stale = passage.schedule().allowsStaleReads();
    ContentAccess content = new FaultingContent(world.content().access(name), this, stale).access();
    LedgerStore ledger = world.sabotage().answers(new FaultingLedger(world.ledger(), this, stale));
    Seams seams =
        new Seams(
            world::now,
            world::bits,
            Runnable::run,
            this::pause,
            Runnable::run,
            Seams.Commits.INLINE,
            () -> Duration.between(born, world.now()).toNanos());
    Node node =
        new Node(
            new Node.Identity(new NodeId(name), "v1"),
            ledger,
            content.store(),
            List.of(passage.pipeline(this)),
            Passage.POLICIES,
            seams);
    this.engine =
        new Engine(node, content.purger(), Passage.SWEEP_GRACE, new Supervisor(new Ear()));
    addDrivers(content);
  }

  private void addDrivers(ContentAccess content) {
    add("worker", () -> engine.worker().tick());
    add("verifier", () -> engine.verifier().tick());
    add("lease-renewal", () -> engine.leases().tick());
    add("sweeper", () -> engine.sweeper().tick());
    drivers.add(engine.registry());
    Watchers.Plan plan =
        new Watchers.Plan(
            Passage.EXPIRY,
            Passage.SCRUB,
            QuietHourPolicy.DEFAULT,
            AlertPolicy.DEFAULT,
            List.of(new Sink()),
            Optional.empty(),
            AuditPolicy.NEVER,
            Optional.of(this::tell),
            false);
    drivers.addAll(new Watchers(engine, content, plan).drivers());
  }

  private void add(String driver, IntSupplier tick) {
    drivers.add(new Driver(driver, Duration.ZERO, tick, () -> {}));
  }

  private boolean pause(Duration time) {
    passage.pass(time);
    return true;
  }

  String name() {
    return name;
  }

  Engine engine() {
    return engine;
  }

  boolean isAlive() {
    return alive;
  }

  /** Begins as a node does, and says whether the ledger answered. */
  boolean begin() {
    return engine
            .supervisor()
            .supervise(
                "begin",
                () -> {
                  engine.begin();
                  return 0;
                })
        == 0;
  }

  /** Ticks those of its drivers that have some names, in the order of the names. */
  void tick(List<String> names) {
    for (String wanted : names) {
      Driver driver =
          drivers.stream()
              .filter(each -> each.name().equals(wanted))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no driver is called " + wanted));
      act(() -> engine.supervisor().supervise(driver.name(), driver.tick()));
    }
  }

  /** Ticks all its drivers. */
  void tickAll() {
    for (Driver driver : drivers) {
      act(() -> engine.supervisor().supervise(driver.name(), driver.tick()));
    }
  }

  /** Does something as one step of the world, after which the world looks at what changed. */
  void act(Runnable action) {
    world.in(
        Duration.ZERO,
        line,
        () -> {
          if (alive) {
            try {
              action.run();
            } catch (SimulatedCrash e) {
              world.trace().say(name, String.valueOf(e.getMessage()));
              alive = false;
            }
          }
        });
    world.runUntil(world.now().toEpochMilli());
  }

  @Override
  public Fault next(CallSite call) {
    if (!alive) {
      return new Fault.CrashBefore();
    }
    CallName called = new CallName(call.role().name(), call.method());
    return passage.schedule().next(called).map(kind -> fault(kind, called)).orElse(Fault.NONE);
  }

  @Override
  public void answeredStale(CallSite call) {
    passage.schedule().answeredStale(new CallName(call.role().name(), call.method()));
  }

  private Fault fault(CallFault kind, CallName call) {
    world.trace().say(name, kind + " at " + call);
    return switch (kind) {
      case FAIL_BEFORE -> new Fault.FailBefore();
      case REPLY_LOST -> new Fault.ReplyLost();
      case DELAY -> new Fault.Delay(() -> passage.overtake(this), () -> {});
      case REPLY_DELAYED -> new Fault.Delay(() -> {}, () -> passage.overtake(this));
      case DUPLICATE -> new Fault.Duplicate();
      case TORN -> new Fault.Torn(1);
      case STALE_READ -> new Fault.StaleRead();
      case CRASH_BEFORE -> {
        alive = false;
        yield new Fault.CrashBefore();
      }
      case CRASH_AFTER -> {
        alive = false;
        yield new Fault.CrashAfter();
      }
    };
  }

  private void tell(OwnerNotice notice) {
    outside(CallShape.TELL, () -> world.notifier().tell(notice), IllegalStateException::new);
  }

  /** Calls someone outside, as the wrappers of stores call those. */
  private void outside(CallName call, Runnable effect, Function<String, RuntimeException> error) {
    Fault fault = alive ? scheduled(call) : new Fault.CrashBefore();
    if (fault instanceof Fault.FailBefore) {
      throw error.apply(call + " fails before its effect");
    } else if (fault instanceof Fault.CrashBefore) {
      throw new SimulatedCrash(name + " dies before " + call);
    } else if (fault instanceof Fault.Delay delay) {
      delay.before().run();
    }
    effect.run();
    if (fault instanceof Fault.ReplyLost) {
      throw error.apply("the reply of " + call + " is lost");
    } else if (fault instanceof Fault.CrashAfter) {
      throw new SimulatedCrash(name + " dies after " + call);
    } else if (fault instanceof Fault.Duplicate) {
      effect.run();
    } else if (fault instanceof Fault.Delay delay) {
      delay.after().run();
    }
  }

  private Fault scheduled(CallName call) {
    return passage.schedule().next(call).map(kind -> fault(kind, call)).orElse(Fault.NONE);
  }

  private final class Sink implements AlertSink {

    @Override
    public String name() {
      return world.sink().name();
    }

    @Override
    public void send(AlertMessage message) {
      outside(CallShape.SEND, () -> world.sink().send(message), AlertSinkException::new);
    }

    @Override
    public void close() {}
  }

  /** Hears of errors; one that no store could have caused is a defect. */
  private final class Ear implements EngineListener {
    @Override
    public void driverFailed(String driver, Throwable cause, long total) {
      world.trace().say(name, driver + " failed: " + cause);
      if (cause instanceof InvariantViolation violation) {
        throw world.fail(violation);
      } else if (!SimNode.isOfStores(cause)) {
        throw world.fail(
            new AssertionError(driver + " of " + name + " threw what no fault explains", cause));
      }
    }
  }
}
