package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Route.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is asked, and what people decide, through the parts of an engine's face. */
@Timeout(60)
final class FacesTest {

  private static final String MAIN = Route.NAME;

  private final Shelf shelf = new Shelf();
  private final Ingest ingest =
      shelf
          .builder()
          .pipeline(
              Pipeline.named("other")
                  .stage(
                      Stage.perItem(
                          "other", 1, (item, context) -> context.emit(item.name(), item.open())))
                  .expect(Expectation.onePerItem())
                  .build())
          .withoutWatch()
          .build();
  private final Acts acts = ingest.acts("carol", "ticket 4711");

  @AfterEach
  void close() {
    ingest.close();
  }

  private static Act act(RouteReport report) {
    assertTrue(report.committed());
    return report.after().change().act();
  }

  @Test
  void eachActOnARoute_isTheChangeThatItSaysItIs() {
    RouteActs route = acts.route(MAIN);
    assertEquals(Act.SET, act(route.set(Map.of("copy", 9, "other", 1))));
    Route owners = route.set(Map.of("copy", 3), Route.Sticky.OWNER).after();
    assertEquals(Route.Sticky.OWNER, owners.split().sticky());
    assertEquals(
        Route.Sticky.SEQUENCE,
        route.set(Map.of("copy", 3), Route.Sticky.SEQUENCE).after().split().sticky());
    assertEquals(Act.RAMP_BEGUN, act(route.ramp(RampPlan.of("copy", "other"))));
    assertEquals(Act.RAMP_PAUSED, act(route.pause()));
    assertEquals(Act.RAMP_RESUMED, act(route.resume()));
    assertEquals(Act.RAMP_CANCELLED, act(route.cancel()));
    assertEquals(Act.ROLLED_BACK, act(route.rollBack("other")));
    assertEquals(Act.POLICY_SET, act(route.policy(RollbackPolicy.OFF)));
    Routes routes = ingest.routes();
    Route last = routes.find(MAIN).orElseThrow();
    assertEquals(RollbackPolicy.OFF, last.rollback());
    assertEquals(List.of(last), routes.list("", 1));
    assertEquals(List.of(), routes.list(MAIN, Routes.MAX_LIMIT));
    assertEquals(last.number(), routes.history(MAIN, 0, Routes.MAX_LIMIT).size());
    assertEquals(List.of(last), routes.history(MAIN, last.number() - 1, 1));
    assertEquals("copy", routes.choice(SequenceKey.of("alice", "ride")));
    for (int limit : new int[] {0, Routes.MAX_LIMIT + 1}) {
      assertThrows(InvalidValueException.class, () -> routes.list("", limit));
      assertThrows(InvalidValueException.class, () -> routes.history(MAIN, 0, limit));
    }
    assertThrows(InvalidValueException.class, () -> routes.find("Main"));
    assertThrows(InvalidValueException.class, () -> routes.history("Main", 0, 1));
    assertThrows(InvalidValueException.class, () -> acts.route("Main"));
  }

  @Test
  void rehearsalOnARoute_changesNothing() {
    RouteReport rehearsed = acts.rehearsal().route(MAIN).set(Map.of("other", 1));
    assertFalse(rehearsed.committed());
    assertEquals(Map.of("other", 1), rehearsed.after().split().weights());
    assertEquals(Optional.empty(), ingest.routes().find(MAIN));
  }

  @Test
  void backfill_isRehearsedPlannedAndCancelled() {
    SequenceKey failed = shelf.failed("ride");
    BackfillOrder order = BackfillOrder.of(IncidentQuery.ALL.in(Set.of(State.FAILED)));
    Backfills backfills = ingest.backfills();
    List<SequenceKey> gone = new ArrayList<>();
    BackfillPlan plan = backfills.rehearse("march", order, (key, state) -> gone.add(key));
    assertEquals(1, plan.planned());
    assertTrue(plan.isWhole());
    assertEquals(List.of(), gone);
    assertEquals(Optional.empty(), backfills.progress("march"));
    assertThrows(
        ActRefusedException.class, () -> acts.rehearsal().backfills().plan("march", order));
    BackfillProgress planned = acts.backfills().plan("march", order);
    assertEquals("carol", planned.last().actor());
    assertEquals(planned.phase(), backfills.progress("march").orElseThrow().phase());
    assertEquals(BackfillPhase.CANCELLING, acts.rehearsal().backfills().cancel("march").phase());
    assertEquals(planned.phase(), backfills.progress("march").orElseThrow().phase());
    BackfillProgress cancelled = acts.backfills().cancel("march");
    assertEquals(BackfillPhase.CANCELLING, cancelled.phase());
    assertEquals("march", backfills.list("", 1).get(0).name());
    assertEquals(1, backfills.list("", 1_000).size());
    assertEquals(
        BackfillPhase.CANCELLING,
        backfills.report("march", Set.of(), (key, outcome, entry) -> {}).phase());
    assertThrows(InvalidValueException.class, () -> backfills.list("", 0));
    assertThrows(InvalidValueException.class, () -> backfills.list("", 1_001));
    assertEquals(State.FAILED, shelf.entry(failed).state());
  }

  @Test
  void notices_areOffUntilAnEngineTellsOwners() {
    assertFalse(ingest.notices().isOn());
    assertEquals(0, ingest.notices().pending());
    try (Ingest telling = shelf.builder().notifier(notice -> {}).build()) {
      assertTrue(telling.notices().isOn());
      shelf.failed("ride");
      assertTrue(telling.notices().pending() > 0);
    }
    assertEquals(List.of(), ingest.notices().aside(Optional.empty(), 1));
  }

  @Test
  void windowOfRates_isAMinuteToTwoHours() {
    Nodes nodes = ingest.nodes();
    assertEquals(List.of(), nodes.rates(Duration.ofMinutes(1)));
    assertEquals(List.of(), nodes.rates(Nodes.LONGEST_WINDOW));
    for (Duration window :
        List.of(Duration.ofMinutes(1).minusNanos(1), Nodes.LONGEST_WINDOW.plusNanos(1))) {
      assertThrows(InvalidValueException.class, () -> nodes.rates(window));
    }
  }

  @Test
  void oneVersion_isComparedWithTheOthersAtTheSameWork() {
    WorkRef copy = new WorkRef("copy", Optional.of(new StageRef("copy", 1)));
    WorkRef other = new WorkRef("other", Optional.of(new StageRef("other", 1)));
    WorkRate one = new WorkRate(copy, "v2", new WorkCounts(9, 5, 1, 2, 1, 0, 0, 0));
    List<WorkRate> rates =
        List.of(
            one,
            new WorkRate(copy, "v1", new WorkCounts(10, 8, 1, 0, 0, 0, 0, 1)),
            new WorkRate(copy, "v0", new WorkCounts(10, 0, 0, 0, 0, 9, 1, 0)),
            new WorkRate(other, "v1", new WorkCounts(10, 0, 0, 10, 0, 0, 0, 0)));
    RateComparison compared = Nodes.againstTheRest(rates, one);
    assertEquals(4.0 / 9, compared.rate());
    assertEquals(3.0 / 20, compared.otherRate());
    assertEquals(4.0 / 9 - 3.0 / 20, compared.difference());
  }

  @Test
  void counts_areAddedEachToItsOwn() {
    assertEquals(
        new WorkCounts(11, 22, 33, 44, 55, 66, 77, 88),
        new WorkCounts(1, 2, 3, 4, 5, 6, 7, 8)
            .plus(new WorkCounts(10, 20, 30, 40, 50, 60, 70, 80)));
  }

  @Test
  void node_canRunItsStagesAndVerifyWhileItLivesAndDoesNotDrain() {
    StageRef scale = new StageRef("scale", 2);
    KnownNode.Part part =
        new KnownNode.Part(new PipelineRef("copy", Digest.ofUtf8("plan")), List.of(scale), true);
    KnownNode.Part stagesAlone =
        new KnownNode.Part(new PipelineRef("text", Digest.ofUtf8("text")), List.of(scale), false);
    assertEquals(
        Set.of(
            new WorkRef("copy", Optional.of(scale)),
            new WorkRef("copy", Optional.empty()),
            new WorkRef("text", Optional.of(scale))),
        node(true, false, part, stagesAlone).runnable());
    assertEquals(Set.of(), node(true, true, part).runnable());
    assertEquals(Set.of(), node(false, false, part).runnable());
  }

  private static KnownNode node(boolean lives, boolean drains, KnownNode.Part... parts) {
    Instant at = Shelf.START;
    return new KnownNode(new NodeId("node-1"), "v1", at, at, lives, drains, List.of(parts));
  }

  @Test
  void reports_areCleanOnlyIfTheyAreWholeAndFoundNothing() {
    assertTrue(new ScrubReport(9, 0, 0, 0, 9).isClean());
    assertFalse(new ScrubReport(9, 1, 0, 0, 9).isClean());
    assertTrue(new ScrubReport(9, 1, 0, 0, 9).isComplete());
    assertFalse(new ScrubReport(9, 0, 1, 0, 9).isComplete());
    assertFalse(new ScrubReport(9, 0, 0, 1, 9).isClean());
    Map<Finding.Kind, Long> found = Map.of(Finding.Kind.STUCK, 2L, Finding.Kind.RAW_MISSING, 3L);
    assertTrue(audit(Map.of(), 0).isClean());
    assertFalse(audit(Map.of(), 1).isClean());
    assertFalse(audit(found, 0).isClean());
    assertEquals(5, audit(found, 0).findingCount());
    assertTrue(latest(Map.of(), 0).isClean());
    assertFalse(latest(Map.of(), 1).isClean());
    assertFalse(latest(found, 0).isClean());
    assertEquals(5, latest(found, 0).findingCount());
  }

  private static AuditReport audit(Map<Finding.Kind, Long> found, long unread) {
    return new AuditReport(
        new AuditReport.Looked(1, 2, 3), found, List.of(), unread, AuditReport.Quarantined.NONE);
  }

  private static LatestAudit latest(Map<Finding.Kind, Long> found, long unread) {
    return new LatestAudit(Shelf.START, Shelf.START, 1, 2, found, unread);
  }

  @Test
  void outlook_readsWhatTheWatchersKeep() {
    Outlook outlook = ingest.outlook();
    assertEquals(Optional.empty(), outlook.latestAudit());
    assertEquals(List.of(), outlook.blocked());
    for (String stage : List.of("scale", "crop")) {
      keep(
          "blocked",
          stage,
          "incarnation=" + shelf.ledger.incarnation().value(),
          "pipeline=copy",
          "stage=" + stage,
          "contract=1",
          "sequences=21",
          "oldest=0",
          "since=0",
          "seen=0",
          "told=0");
    }
    keep(
        "periodic-audit",
        "latest",
        "number=1",
        "begun=1",
        "ended=2",
        "sequences=3",
        "objects=4",
        "findings=",
        "unread=5");
    assertEquals(List.of(), outlook.blocked(), "nothing waits");
    shelf.accepted("ride");
    assertEquals(2, outlook.blocked().size());
    assertEquals(42, outlook.blockedSequences());
    assertEquals(5, outlook.latestAudit().orElseThrow().unreadCount());
  }

  private void keep(String kind, String name, String... fields) {
    assertTrue(
        shelf
            .ledger
            .controls()
            .write(
                new ControlRecord(
                    new ControlRecord.Key(kind, name),
                    1,
                    "ingest-record 1\n" + String.join("\n", fields)))
            .isApplied());
  }
}
