package dev.ingest.simulator;

import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultInjector;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Decides what goes wrong at the calls of one node. */
final class NodeFaults implements FaultInjector {

  private static final List<FaultKind> KINDS =
      List.of(
          FaultKind.FAIL_BEFORE,
          FaultKind.REPLY_LOST,
          FaultKind.DELAY,
          FaultKind.DUPLICATE,
          FaultKind.TORN,
          FaultKind.CRASH_BEFORE,
          FaultKind.CRASH_AFTER);
  private static final int MAX_KEPT = 3;

  private final World world;
  private final SimNode node;
  private final Map<Role, double[]> rates = new EnumMap<>(Role.class);

  NodeFaults(World world, SimNode node) {
    this.world = world;
    this.node = node;
    for (Role role : Role.values()) {
      rates.put(
          role, KINDS.stream().mapToDouble(kind -> world.scenario().rate(kind, role)).toArray());
    }
  }

  @Override
  public Fault next(CallSite call) {
    if (!node.isAlive()) {
      return new Fault.CrashBefore();
    }
    world.trace().call(node.name(), call);
    if (world.isQuiet()) {
      return Fault.NONE;
    }
    double draw = world.unit();
    double[] ofRole = Objects.requireNonNull(rates.get(call.role()));
    for (int i = 0; i < ofRole.length; i++) {
      draw -= ofRole[i];
      if (draw < 0) {
        return strike(KINDS.get(i), call);
      }
    }
    return Fault.NONE;
  }

  private Fault strike(FaultKind kind, CallSite call) {
    world.tally().fault(kind);
    world.tally().add("fault " + kind + " at " + call.role());
    world.trace().say(node.name(), kind + " at " + call);
    return switch (kind) {
      case FAIL_BEFORE -> new Fault.FailBefore();
      case REPLY_LOST -> new Fault.ReplyLost();
      case DUPLICATE -> new Fault.Duplicate();
      case TORN -> new Fault.Torn(world.below(MAX_KEPT));
      case CRASH_BEFORE -> new Fault.CrashBefore();
      case CRASH_AFTER -> new Fault.CrashAfter();
      case DELAY -> delay(call);
      default -> throw new IllegalArgumentException(kind + " is no fault of calls");
    };
  }

  private Fault delay(CallSite call) {
    Duration lease = world.scenario().lease();
    // A read happens often within one verification; long ones would only add up.
    boolean isLong = call.role() != Role.READ && world.below(4) == 0;
    Duration time = world.upTo(isLong ? lease.multipliedBy(3) : Duration.ofMillis(300));
    boolean wholeNode = isLong && world.below(3) == 0;
    Runnable wait =
        () -> {
          if (wholeNode) {
            node.freeze(time);
          }
          world.pause(time, node);
        };
    return world.below(2) == 0
        ? new Fault.Delay(wait, node::requireAlive)
        : new Fault.Delay(() -> {}, wait);
  }
}
