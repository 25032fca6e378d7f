package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who lives, by what nodes say of themselves. */
final class NodeRegistryTest {

  private static final WorkRef COPY = new WorkRef("test", Optional.of(new StageRef("copy", 1)));

  private final Fleet fleet = new Fleet();
  private final Bench bench = fleet.bench;

  @Test
  void aNode_saysWhoItIsAndWhatItRuns() {
    Pipeline pipeline =
        Bench.pipeline(
            Stage.perItem("scale", 3, (item, context) -> {}).alsoRunning(2),
            Stage.elsewhere(new StageRef("crop", 1)));
    fleet.start("Node:A@host", "v 1\n2", pipeline);
    fleet.start("watcher", "v1");
    KnownNode node = node("Node:A@host");
    assertEquals("v 1 2", node.codeVersion());
    assertEquals(Bench.START, node.started());
    assertTrue(node.isLive());
    assertEquals(pipeline.ref(), node.work().get(0).pipeline());
    assertEquals(
        List.of(new StageRef("scale", 2), new StageRef("scale", 3)), node.work().get(0).stages());
    assertEquals(
        Set.of(
            new WorkRef("test", Optional.empty()),
            new WorkRef("test", Optional.of(new StageRef("scale", 2))),
            new WorkRef("test", Optional.of(new StageRef("scale", 3)))),
        node.runnable());
    assertEquals(List.of(), node("watcher").work());
  }

  @Test
  void aNodeWithManyStages_isReadBackWhole() {
    Pipeline.Builder builder = Pipeline.named("p".repeat(64)).expect(Expectation.onePerItem());
    for (int i = 0; i < 600; i++) {
      builder.stage(Stage.perItem("s".repeat(60) + (100 + i), 1, (item, context) -> {}));
    }
    fleet.start("large", "v1", builder.build());
    assertEquals(600, node("large").work().get(0).stages().size());
    for (int i = 600; i < 900; i++) {
      builder.stage(Stage.perItem("s".repeat(60) + (100 + i), 1, (item, context) -> {}));
    }
    Pipeline tooLarge = builder.build();
    assertThrows(ConfigurationException.class, () -> fleet.start("larger", "v1", tooLarge));
  }

  @Test
  void aNodeThatEndsInOrder_isGoneAndBeatsNoMore() {
    Engine engine = fleet.start("one", "v1", Bench.copying());
    Driver registry = engine.registry();
    fleet.stop("one");
    assertEquals(List.of(), Registered.nodes(bench.ledger));
    Fleet.beat(registry);
    registry.end().run();
    assertEquals(List.of(), Registered.nodes(bench.ledger));
  }

  @Test
  void aNodeThatNeverBeat_leavesNothing() {
    Engine engine = fleet.engine(bench.watchedLedger, "one", "v1", Bench.copying());
    engine.drain();
    engine.registry().end().run();
    assertEquals(List.of(), Registered.nodes(bench.ledger));
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void aDrainingNode_saysSoAtOnceAndClaimsNothing() {
    Engine engine = fleet.start("one", "v1", Bench.copying());
    Bench.submit(engine, Bench.RIDE, "a", "x");
    engine.drain();
    assertTrue(node("one").isDraining());
    assertFalse(node("one").runnable().contains(COPY));
    assertEquals(0, engine.worker().tick() + engine.verifier().tick());
  }

  @Test
  void aNodeWithoutABeatForThirtySeconds_isDead() {
    fleet.start("one", "v1", Bench.copying());
    bench.time.advance(LiveNodes.LIVE.minusMillis(1));
    assertTrue(node("one").runnable().contains(COPY));
    bench.time.advance(Duration.ofMillis(1));
    assertFalse(node("one").isLive());
    assertFalse(node("one").runnable().contains(COPY));
  }

  @Test
  void aRestartUnderTheSameName_takesThePlace() {
    fleet.start("one", "v1", Bench.copying());
    bench.time.advance(Duration.ofSeconds(12));
    fleet.start("one", "v2", Bench.copying());
    assertEquals(1, Registered.nodes(bench.ledger).size());
    assertEquals("v2", node("one").codeVersion());
    assertEquals(bench.time.instant(), node("one").started());
  }

  @Test
  void twoEnginesWithOneId_areToldOnceAndTheirEndToo() {
    Engine one = fleet.start("one", "v1", Bench.copying());
    bench.time.advance(Duration.ofSeconds(5));
    Engine other = fleet.engine(bench.watchedLedger, "one", "v1", Bench.copying());
    List<Driver> both = List.of(other.registry(), one.registry());
    beatFor(both, Duration.ofSeconds(30));
    assertEquals(List.of("NODE_ID_SHARED one"), told());
    assertTrue(fleet.messages("NODE_ID_SHARED").get(0).contains("the id one"), told().toString());
    beatFor(both, Duration.ofMinutes(30));
    assertEquals(List.of("NODE_ID_SHARED one"), told());
    other.registry().end().run();
    beatFor(List.of(one.registry()), Duration.ofMinutes(1));
    assertEquals(List.of("NODE_ID_SHARED one", "NODE_ID_UNIQUE one"), told());
  }

  @Test
  void quickRestartUnderTheSameId_isNoSecondEngine() {
    fleet.start("one", "v1", Bench.copying());
    bench.time.advance(Duration.ofSeconds(1));
    Driver again = fleet.start("one", "v1", Bench.copying()).registry();
    beatFor(List.of(again), Duration.ofMinutes(5));
    assertEquals(List.of(), told());
  }

  @Test
  void idThatTwoHadAndNobodyHasAnyMore_isToldByAnotherNode() {
    Engine one = fleet.start("one", "v1", Bench.copying());
    Engine other = fleet.engine(bench.watchedLedger, "one", "v1", Bench.copying());
    beatFor(List.of(other.registry(), one.registry()), Duration.ofMinutes(1));
    fleet.kill("one");
    fleet.start("two", "v1", Bench.copying());
    fleet.idle(Duration.ofMinutes(150));
    assertEquals(List.of("NODE_ID_SHARED one", "NODE_ID_UNIQUE one"), told());
  }

  @Test
  void restartOfWhatTwoHad_tellsTheEndAlsoIfTheLedgerIsOutFirst() {
    Engine one = fleet.start("one", "v1", Bench.copying());
    Engine other = fleet.engine(bench.watchedLedger, "one", "v1", Bench.copying());
    beatFor(List.of(other.registry(), one.registry()), Duration.ofMinutes(1));
    boolean[] out = {true};
    Driver again =
        fleet
            .faulting(
                call ->
                    out[0] && call.role() == Role.ALERTS
                        ? new Fault.FailBefore()
                        : new Fault.None())
            .registry();
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    for (int i = 0; i < 6; i++) {
      supervisor.supervise("node-registry", again.tick());
      bench.time.advance(NodeRegistry.PERIOD);
    }
    assertEquals(List.of("NODE_ID_SHARED one"), told());
    out[0] = false;
    beatFor(List.of(again), NodeRegistry.PERIOD);
    assertEquals(List.of("NODE_ID_SHARED one", "NODE_ID_UNIQUE one"), told());
  }

  private void beatFor(List<Driver> registries, Duration length) {
    for (long second = 0; second < length.toSeconds(); second += NodeRegistry.PERIOD.toSeconds()) {
      registries.forEach(Fleet::beat);
      bench.time.advance(NodeRegistry.PERIOD);
    }
  }

  private List<String> told() {
    return bench.ledger.pendingAlerts().stream()
        .map(row -> row.group().code() + " " + row.group().stage())
        .toList();
  }

  @Test
  void aBeatOfWhichTheReplyIsLost_doesNotHoldUpTheNext() {
    boolean[] lost = {false};
    Engine engine =
        fleet.faulting(
            call ->
                lost[0] && call.role() == Role.CONTROLS && call.method().equals("write")
                    ? new Fault.ReplyLost()
                    : new Fault.None());
    Driver registry = engine.registry();
    Fleet.beat(registry);
    lost[0] = true;
    assertThrows(LedgerException.class, registry.tick()::getAsInt);
    assertThrows(LedgerException.class, registry.tick()::getAsInt);
    lost[0] = false;
    bench.time.advance(Duration.ofSeconds(40));
    Fleet.beat(registry);
    assertTrue(node("one").isLive());
    registry.end().run();
    assertEquals(List.of(), Registered.nodes(bench.ledger));
  }

  @Test
  void aNodeThatDied_isForgottenAfterAnHourOrTwo() {
    fleet.start("dead", "v1", Bench.copying());
    fleet.start("alive", "v1", Bench.copying());
    fleet.kill("dead");
    fleet.idle(Duration.ofMinutes(59));
    assertEquals(2, Registered.nodes(bench.ledger).size(), "people see it for an hour");
    fleet.idle(Duration.ofMinutes(61));
    assertEquals("alive", Registered.nodes(bench.ledger).get(0).id().value());
    assertEquals(1, Registered.nodes(bench.ledger).size());
  }

  @Test
  void recordsOfADayAgo_goFromTheFirstBeatOnSomeWithEach() {
    fleet.start("dead", "v1", Bench.copying());
    ControlRecord dead = bench.ledger.controls().list(NodeRecord.KIND, "", 10).get(0);
    for (int i = 0; i < LiveNodes.MAX_NODES; i++) {
      ControlRecord.Key key = new ControlRecord.Key(NodeRecord.KIND, "dead-%05d".formatted(i));
      bench.ledger.controls().write(new ControlRecord(key, 1, dead.body()));
    }
    fleet.kill("dead");
    assertThrows(LedgerException.class, () -> Registered.nodes(bench.ledger));
    bench.time.advance(NodeRegistry.AGED);
    fleet.start("young", "v1", Bench.copying());
    assertThrows(LedgerException.class, () -> Registered.nodes(bench.ledger), "not yet a day old");
    fleet.stop("young");
    bench.time.advance(Duration.ofMillis(1));
    fleet.start("younger", "v1", Bench.copying());
    int left = records();
    assertEquals(LiveNodes.MAX_NODES + 2 - NodeRegistry.MAX_DELETED, left);
    while (left > 1) {
      fleet.idle(NodeRegistry.PERIOD);
      int now = records();
      assertTrue(now < left && left - now <= NodeRegistry.MAX_DELETED, left + " to " + now);
      left = now;
    }
    assertEquals("younger", Registered.nodes(bench.ledger).get(0).id().value());
  }

  private int records() {
    int count = 0;
    String after = "";
    List<ControlRecord> page;
    do {
      page = bench.ledger.controls().list(NodeRecord.KIND, after, ScanQuery.MAX_LIMIT);
      count += page.size();
      after = page.isEmpty() ? after : page.get(page.size() - 1).key().name();
    } while (page.size() == ScanQuery.MAX_LIMIT);
    return count;
  }

  @Test
  void aRecordThatWasDeletedByMistake_isWrittenAnew() {
    fleet.start("one", "v1", Bench.copying());
    ControlRecord record = bench.ledger.controls().list(NodeRecord.KIND, "", 10).get(0);
    bench.ledger.controls().delete(record.key(), record.version());
    fleet.idle(Duration.ofSeconds(5));
    assertTrue(node("one").isLive());
  }

  @Test
  void aDamagedRecord_isNamed() {
    fleet.start("one", "v1", Bench.copying());
    ControlRecord record = bench.ledger.controls().list(NodeRecord.KIND, "", 10).get(0);
    bench
        .ledger
        .controls()
        .write(
            new ControlRecord(
                record.key(), record.version() + 1, record.body().replace(" verify ", " ")));
    String refused =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> Registered.nodes(bench.ledger))
                .getMessage());
    assertTrue(refused.contains("node/" + record.key().name()), refused);
  }

  private KnownNode node(String name) {
    return Registered.nodes(bench.ledger).stream()
        .filter(node -> node.id().value().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
