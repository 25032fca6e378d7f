package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That no digest is lost or overtaken, whatever goes wrong on its way. */
@Tag("programme")
final class AlertPumpFaultsTest {

  @Test
  void everySingleFault_losesNothing() {
    FaultPlan none = new FaultPlan();
    new Story(1, none).play();
    List<CallSite> calls = none.calls();
    assertTrue(calls.size() > 100, () -> calls.size() + " calls");
    int struck = 0;
    for (CallSite call : calls) {
      for (Fault fault :
          List.of(
              new Fault.FailBefore(),
              new Fault.ReplyLost(),
              new Fault.Duplicate(),
              new Fault.CrashBefore(),
              new Fault.CrashAfter())) {
        FaultPlan plan = new FaultPlan().at(call.role(), call.method(), call.count(), fault);
        new Story(1, plan).play();
        struck += plan.struck().size();
      }
    }
    assertTrue(struck >= calls.size() * 4, "most faults struck: " + struck);
  }

  @Test
  void randomFaultsCrashesJumpsAndOutages_loseNothing() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FaultPlan plan = new FaultPlan();
      for (Role role : List.of(Role.ALERTS, Role.CONTROLS, Role.LEDGER)) {
        for (String method :
            List.of(
                "seal",
                "unsent",
                "acknowledge",
                "hasPending",
                "raise",
                "latest",
                "prune",
                "read",
                "write",
                "now")) {
          for (int i = 0; i < 12; i++) {
            plan.at(role, method, 1 + random.nextInt(120), fault(random));
          }
        }
      }
      new Story(seed, plan).play();
    }
  }

  private static Fault fault(SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> new Fault.FailBefore();
      case 1 -> new Fault.ReplyLost();
      case 2 -> new Fault.Duplicate();
      case 3 -> new Fault.CrashBefore();
      default -> new Fault.CrashAfter();
    };
  }

  /** Two nodes with a pump each, sinks that come and go, and a ledger that fails as planned. */
  private static final class Story {

    private final SplittableRandom random;
    private final ManualTime ledgerClock = new ManualTime(Bench.START);
    private final ManualTime monotonic = new ManualTime(Bench.START);
    private final InMemoryLedger rows = new InMemoryLedger(ledgerClock, IncarnationId.ofBits(1, 1));
    private final FaultPlan plan;
    private final FaultingLedger faulty;
    private final TestSink one = new TestSink("one");
    private final TestSink two = new TestSink("two");
    private final AlertPump[] pumps = new AlertPump[2];
    private final long seed;
    private long raised;
    private int crashes;
    private boolean isCalm;

    Story(long seed, FaultPlan plan) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.plan = plan;
      this.faulty = new FaultingLedger(rows, call -> isCalm ? new Fault.None() : plan.next(call));
    }

    void play() {
      restart(0);
      restart(1);
      for (int step = 0; step < 80; step++) {
        one.isDown = step >= 20 && step < 45;
        two.isDown = step >= 30 && step < 40;
        if (random.nextInt(3) == 0) {
          rows.alerts().raise(List.of(AlertPumpTest.row("v1", "s-" + step)));
          raised++;
        }
        tick(random.nextInt(2));
        monotonic.advance(AlertPumpTest.TICK);
        ledgerClock.advance(
            random.nextInt(40) == 0 ? Duration.ofHours(random.nextInt(5) - 2) : AlertPumpTest.TICK);
      }
      isCalm = true;
      for (int step = 0; step < 60; step++) {
        tick(step % 2);
        monotonic.advance(AlertPumpTest.TICK);
        ledgerClock.advance(AlertPumpTest.TICK);
      }
      check();
    }

    private void tick(int node) {
      try {
        pumps[node].tick();
      } catch (LedgerException | AlertSinkException e) {
        // As under the supervisor: the next tick goes on.
        assertTrue(e.getMessage() != null);
      } catch (SimulatedCrash e) {
        crashes++;
        restart(node);
      }
    }

    private void restart(int node) {
      pumps[node] =
          new AlertPump(
              faulty,
              AlertPumpTest.identity("node-" + node + "-" + crashes),
              new Seams(monotonic, random::nextLong, Runnable::run, wait -> true),
              List.of(one, two),
              AlertPolicy.DEFAULT);
    }

    private void check() {
      String story = "seed " + seed + ", struck " + plan.struck();
      assertEquals(0, rows.alerts().pending(), story);
      assertEquals(List.of(), rows.alerts().unsent(10), story);
      List<AlertDigest> told = new ArrayList<>(one.digests());
      told.addAll(two.digests());
      long last = told.stream().mapToLong(AlertDigest::ordinal).max().orElse(0);
      assertEquals(
          LongStream.rangeClosed(1, last).boxed().toList(),
          told.stream().map(AlertDigest::ordinal).distinct().sorted().toList(),
          story);
      assertEquals(
          raised,
          told.stream()
              .distinct()
              .flatMap(digest -> digest.lines().stream())
              .filter(line -> line.group().code().equals("SEQUENCE_FAILED"))
              .mapToLong(AlertDigest.Line::count)
              .sum(),
          story);
      AlertPumpTest.assertInOrder(one.ordinals(), story);
      AlertPumpTest.assertInOrder(two.ordinals(), story);
    }
  }
}
