package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three services, each with a stage of its own, go from one set of contracts to the next in every
 * order, with sequences under way in each stage: nothing is lost, what waits in between is told,
 * and that it is over.
 */
final class RollingDeploymentTest {

  private static final List<String> STAGES = List.of("scale", "crop", "index");

  private final Fleet fleet = new Fleet();
  private final Bench bench = fleet.bench;
  private int submitted;

  static Stream<Arguments> orders() {
    List<Arguments> orders = new ArrayList<>();
    for (boolean isKilled : new boolean[] {false, true}) {
      for (int first = 0; first < 3; first++) {
        for (int second = 0; second < 3; second++) {
          if (first != second) {
            orders.add(Arguments.of(List.of(first, second, 3 - first - second), isKilled));
          }
        }
      }
    }
    return orders.stream();
  }

  @ParameterizedTest
  @MethodSource("orders")
  void servicesInEveryOrder_loseNothing(List<Integer> order, boolean isKilled) {
    for (int service = 0; service < 3; service++) {
      fleet.start(name(service, 1), "v1", plan(service, 1, true));
    }
    submitAndRun();
    for (int service : order) {
      submit(name(0, versionOf(0)));
      if (isKilled) {
        fleet.kill(name(service, 1));
      } else {
        fleet.stop(name(service, 1));
      }
      fleet.start(name(service, 2), "v2", plan(service, 2, true));
      submitAndRun();
    }
    fleet.run(Duration.ofMinutes(3));
    assertEquals(submitted, verified(), "in the order " + order);
    boolean isConsumerFirst =
        order.indexOf(2) < order.indexOf(1) && order.indexOf(1) < order.indexOf(0);
    assertEquals(isConsumerFirst, fleet.told().isEmpty(), fleet.told().toString());
    assertEquals(told("STAGE_BLOCKED"), told("STAGE_UNBLOCKED"), fleet.told().toString());
    assertEquals(List.of(), Blockages.of(bench.ledger));
    assertEquals(List.of(), bench.caught);
    bench.checkInvariants();
  }

  @Test
  void newCodeThatDoesNotRunTheOlderContract_leavesItBlockedUntilOneDoes() {
    for (int service = 0; service < 3; service++) {
      fleet.start(name(service, 1), "v1", plan(service, 1, true));
    }
    fleet.stop(name(1, 1));
    submitAndRun();
    fleet.start(name(1, 2), "v2", plan(1, 2, false));
    fleet.run(Duration.ofMinutes(5));
    assertEquals(List.of("STAGE_BLOCKED main crop@1"), fleet.told());
    String message = fleet.messages("STAGE_BLOCKED").get(0);
    assertTrue(message.contains("10 sequences wait"), message);
    assertEquals(0, verified());
    fleet.start("another", "v1", plan(1, 1, true));
    fleet.run(Duration.ofMinutes(2));
    assertEquals(List.of("STAGE_BLOCKED main crop@1", "STAGE_UNBLOCKED main crop@1"), fleet.told());
    assertEquals(submitted, verified());
    bench.checkInvariants();
  }

  @Test
  void drainingANode_delaysNothingByMoreThanALease() {
    fleet.start("one", "v1", plan(0, 1, true), Bench.copying());
    fleet.start("two", "v1", Bench.copying());
    Engine one = fleet.engine(bench.watchedLedger, "drained", "v1", Bench.copying());
    fleet.engines.put("drained", one);
    submit("drained");
    one.worker().tick();
    assertTrue(one.inFlight() > 0);
    // It stops claiming with its tasks not begun: they go back, and are due at once.
    one.drain();
    one.leases().cancelAll();
    bench.runTasks();
    one.leases().handBack();
    one.registry().end().run();
    fleet.engines.remove("drained");
    fleet.run(Duration.ofSeconds(2));
    assertEquals(submitted, verified());
    bench.checkInvariants();
  }

  private void submitAndRun() {
    submit(name(0, versionOf(0)));
    fleet.run(Duration.ofSeconds(75));
  }

  private void submit(String node) {
    for (int i = 0; i < 10; i++) {
      Bench.submit(
          fleet.node(node), SequenceKey.of("owner-" + i % 3, "s-" + submitted++), "a", "x");
    }
  }

  private long verified() {
    return bench.ledger.ledger().census(Optional.empty()).count(State.VERIFIED);
  }

  private long told(String code) {
    return fleet.told().stream().filter(text -> text.startsWith(code + " ")).count();
  }

  private int versionOf(int service) {
    return fleet.engines.containsKey(name(service, 2)) ? 2 : 1;
  }

  private static String name(int service, int version) {
    return "service-" + service + "-v" + version;
  }

  /** The pipeline as one service builds it: its own stage's code, and the others by reference. */
  private static Pipeline plan(int service, int contract, boolean runsOlder) {
    Pipeline.Builder builder = Pipeline.named("main");
    for (int i = 0; i < STAGES.size(); i++) {
      StageRef ref = new StageRef(STAGES.get(i), contract);
      Stage stage = i == service ? stage(ref) : Stage.elsewhere(ref);
      if (contract > 1 && runsOlder && i == service) {
        stage = stage.alsoRunning(1);
      }
      if (i > 0) {
        stage = stage.accepting(new StageRef(STAGES.get(i - 1), contract));
      }
      builder.stage(stage);
    }
    return service == 2
        ? builder.expect(Expectation.onePerItem()).build()
        : builder.verifiedElsewhere().build();
  }

  private static Stage stage(StageRef ref) {
    return Stage.perItem(
        ref.name(),
        ref.contractVersion(),
        (item, context) -> context.emit(item.name(), item.open()));
  }
}
