package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.CompletionToken;
import dev.ingest.core.Expectation;
import dev.ingest.core.Nodes;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.RateComparison;
import dev.ingest.core.Stage;
import dev.ingest.core.Verdict;
import dev.ingest.core.WorkCounts;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What became of work is counted where it is committed, and summed over nodes and versions. */
final class StageRatesTest {

  private static final Duration ALL = Nodes.LONGEST_WINDOW;
  private static final WorkRef VERIFICATION = new WorkRef("test", Optional.empty());

  private final Fleet fleet = new Fleet();
  private final Bench bench = fleet.bench;

  @Test
  void outcomes_areCountedByWhatTheyAre() {
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              String id = context.sequence().id().value();
              if (id.startsWith("bad")) {
                throw new PermanentStageException("bad");
              }
              if (id.startsWith("flaky")) {
                throw new IllegalStateException("flaky");
              }
              context.emit(item.name(), item.open());
            });
    Engine engine = fleet.start("one", "v1", Bench.pipeline(stage));
    submit(engine, "good", 5);
    submit(engine, "bad", 3);
    submit(engine, "flaky", 1);
    fleet.run(Duration.ofMinutes(5));
    assertEquals(new WorkCounts(11, 5, 2, 4, 0, 0, 0, 0), of("copy@1", "v1"));
    assertEquals(new WorkCounts(5, 0, 0, 0, 0, 5, 0, 0), of("", "v1"));
  }

  @Test
  void verifications_areCountedByTheirVerdict() {
    Expectation strange =
        evidence ->
            evidence.rawItems().next().name().value().equals("b")
                ? Verdict.fail("b is not wanted")
                : Verdict.unknown("nobody knows");
    Engine engine =
        fleet.start(
            "one", "v1", Pipeline.named("test").stage(Stage.copy()).expect(strange).build());
    Bench.submit(engine, SequenceKey.of("alice", "one"), "b", "x");
    Bench.submit(engine, SequenceKey.of("alice", "two"), "c", "x");
    fleet.run(Duration.ofMinutes(5));
    assertEquals(new WorkCounts(4, 0, 0, 0, 0, 0, 1, 3), of("", "v1"));
  }

  @Test
  void aLostLease_countsAgainstTheVersionThatLostIt() {
    Engine old = fleet.start("old", "v1", Bench.copying());
    submit(old, "ride", 2);
    fleet.kill("old");
    fleet.start("new", "v2", Bench.copying());
    fleet.run(Duration.ofMinutes(2));
    assertEquals(new WorkCounts(0, 0, 0, 0, 2, 0, 0, 0), of("copy@1", "v1"));
    assertEquals(new WorkCounts(2, 2, 0, 0, 0, 0, 0, 0), of("copy@1", "v2"));
  }

  @Test
  void aStageThatEndsElsewhere_countsForTheVersionThatLeftIt() throws IOException {
    CompletingFixture.Elsewhere stage = new CompletingFixture.Elsewhere();
    Engine old = fleet.start("old", "v1", Bench.pipeline(stage));
    submit(old, "ride", 3);
    fleet.run(Duration.ofSeconds(3));
    fleet.stop("old");
    assertEquals(new WorkCounts(3, 0, 0, 0, 0, 0, 0, 0), of("elsewhere@1", "v1"));
    Engine other = fleet.start("new", "v2", Bench.pipeline(stage));
    List<String> tokens = stage.tokens.stream().map(CompletionToken::text).toList();
    CompletingFixture.complete(other, tokens.get(0));
    CompletingFixture.complete(other, tokens.get(0));
    other.completing().fail(tokens.get(1), "no such film", true);
    other.completing().fail(tokens.get(2), "the farm is full", false);
    fleet.idle(Duration.ofSeconds(30));
    assertEquals(new WorkCounts(3, 1, 1, 1, 0, 0, 0, 0), of("elsewhere@1", "v1"));
    assertEquals(WorkCounts.NONE, of("elsewhere@1", "v2"));
  }

  @Test
  void nodesThatEnded_stayInTheSumForTwoHours() {
    Engine one = fleet.start("one", "v1", Bench.copying());
    fleet.start("two", "v1", Bench.copying());
    submit(one, "ride", 20);
    fleet.run(Duration.ofSeconds(3));
    fleet.stop("one");
    fleet.stop("two");
    assertEquals(20, of("copy@1", "v1").done());
    fleet.start("three", "v2", Bench.copying());
    fleet.idle(Duration.ofMinutes(119));
    assertEquals(20, of("copy@1", "v1").done());
    assertEquals(List.of(), StageRates.sum(bench.ledger, Duration.ofMinutes(60)));
    fleet.idle(Duration.ofMinutes(2));
    assertEquals(List.of(), StageRates.sum(bench.ledger, ALL));
    assertTrue(!bench.ledger.controls().list(StageRates.KIND, "", 10).isEmpty());
    fleet.idle(Duration.ofMinutes(90));
    assertEquals(List.of(), bench.ledger.controls().list(StageRates.KIND, "", 10));
  }

  @Test
  void aWriteThatFails_isMadeUpForByTheNextBeat() {
    boolean[] out = {false};
    Engine engine =
        fleet.faulting(
            call ->
                out[0] && call.role() == Role.CONTROLS ? new Fault.FailBefore() : new Fault.None());
    submit(engine, "ride", 3);
    bench.run(engine);
    Driver registry = engine.registry();
    out[0] = true;
    assertThrows(LedgerException.class, registry.tick()::getAsInt);
    out[0] = false;
    Fleet.beat(registry);
    Fleet.beat(registry);
    assertEquals(3, of("copy@1", "v1").done());
    assertEquals(3, of("", "v1").verified());
  }

  @Test
  void aClockThatJumpsWhileWritesFail_stopsNoBeat() {
    boolean[] out = {false};
    Engine engine =
        fleet.faulting(
            call ->
                out[0] && call.role() == Role.CONTROLS && call.method().equals("write")
                    ? new Fault.FailBefore()
                    : new Fault.None());
    Driver registry = engine.registry();
    Fleet.beat(registry);
    submit(engine, "ride", 3);
    bench.run(engine);
    out[0] = true;
    assertThrows(LedgerException.class, registry.tick()::getAsInt);
    StageRates rates = new StageRates(engine.node());
    rates.begun(bench.entry(SequenceKey.of("alice", "ride-0")), "v1");
    assertThrows(LedgerException.class, () -> rates.flush(bench.time.instant()));
    out[0] = false;
    rates.flush(bench.time.instant().plus(Duration.ofDays(30)));
    rates.flush(bench.time.instant());
    Fleet.beat(registry);
    assertEquals(3, of("copy@1", "v1").done());
  }

  @Test
  void whatIsHandedBack_wasNoAttempt() {
    Stage stopping =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              fleet.node("one").leases().cancelAll();
              context.checkActive();
            });
    Engine engine = fleet.start("one", "v1", Bench.pipeline(stopping));
    submit(engine, "ride", 1);
    engine.worker().tick();
    bench.runTasks();
    engine.leases().handBack();
    Fleet.beat(engine);
    assertEquals(List.of(), StageRates.sum(bench.ledger, ALL));
  }

  @Test
  void aClaimThatWaitedPastItsLease_wasNoAttempt() {
    Engine engine = fleet.start("one", "v1", Bench.copying());
    submit(engine, "ride", 2);
    assertEquals(2, engine.worker().tick());
    bench.time.advance(Duration.ofSeconds(31));
    bench.runTasks();
    assertEquals(0, engine.inFlight());
    Fleet.beat(engine);
    assertEquals(List.of(), StageRates.sum(bench.ledger, ALL));
  }

  @Test
  void aTakeoverWhoseCommitOutlastsItsLease_wasNoAttempt() {
    Engine old = fleet.start("old", "v1", Bench.copying());
    submit(old, "ride", 1);
    fleet.kill("old");
    bench.time.advance(Duration.ofSeconds(31));
    CountedLedger slow = new CountedLedger(bench.watchedLedger);
    Engine engine = fleet.engine(slow, "new", "v2", Bench.copying());
    Fleet.beat(engine);
    slow.onCommit =
        transitions -> {
          List<Outcome> outcomes = slow.commitBelow(transitions);
          bench.time.advance(Duration.ofSeconds(31));
          return outcomes;
        };
    assertEquals(1, engine.worker().tick());
    bench.runTasks();
    Fleet.beat(engine);
    assertEquals(new WorkCounts(0, 0, 0, 0, 1, 0, 0, 0), of("copy@1", "v1"));
    assertEquals(WorkCounts.NONE, of("copy@1", "v2"));
  }

  @Test
  void aNewVersionThatFails_differsFromTheRest() {
    Engine old = fleet.start("old", "v1", Bench.copying());
    submit(old, "ride", 200);
    fleet.work();
    fleet.stop("old");
    Stage broken =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              throw new PermanentStageException("broken");
            });
    Engine engine = fleet.start("new", "v2", Bench.pipeline(broken));
    submit(engine, "later", 3);
    fleet.run(Duration.ofSeconds(15));
    List<WorkRate> rates = StageRates.sum(bench.ledger, ALL);
    WorkRate suspect =
        rates.stream()
            .filter(rate -> rate.codeVersion().equals("v2") && rate.work().stage().isPresent())
            .findFirst()
            .orElseThrow();
    RateComparison comparison = Nodes.againstTheRest(rates, suspect);
    assertEquals(1, comparison.difference());
    assertTrue(comparison.probability() < 1e-5, comparison.toString());
    assertTrue(rates.stream().anyMatch(rate -> rate.work().equals(VERIFICATION)));
  }

  /** Counts a beginning of the same work, under a version. */
  private void begun(StageRates rates, String version) {
    rates.begun(bench.entry(RIDE), version);
  }

  private StageRates rates() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x");
    return new StageRates(bench.node(bench.ledger, bench.content));
  }

  @Test
  void pairsBeyondTheBound_areNotCounted() {
    StageRates rates = rates();
    for (int i = 0; i <= StageRates.MAX_KEYS; i++) {
      begun(rates, "v" + i);
    }
    begun(rates, "v0");
    rates.flush(bench.time.instant());
    assertEquals(StageRates.MAX_KEYS, StageRates.sum(bench.ledger, ALL).size());
    begun(rates, "v0");
    begun(rates, "another");
    rates.flush(bench.time.instant());
    assertEquals(StageRates.MAX_KEYS, StageRates.sum(bench.ledger, ALL).size());
    assertEquals(3, of("copy@1", "v0").attempts(), "what is known goes on");
  }

  @Test
  void minutesThatAreTooOldOrToCome_leaveTheRecord() {
    StageRates rates = rates();
    Instant start = bench.time.instant();
    long first = start.getEpochSecond() / 60;
    for (Duration after : List.of(Duration.ZERO, ALL, Duration.ofMinutes(1))) {
      begun(rates, "v1");
      rates.flush(start.plus(after));
      ControlRecord record = bench.ledger.controls().list(StageRates.KIND, "", 1).get(0);
      RecordBody body = RecordBody.parse(record);
      assertEquals(first + after.toMinutes(), body.number("first"), "after " + after);
      assertEquals(first + after.toMinutes(), body.number("last"), "after " + after);
    }
  }

  private WorkCounts of(String stage, String version) {
    return StageRates.sum(bench.ledger, ALL).stream()
        .filter(rate -> rate.work().stage().map(Object::toString).orElse("").equals(stage))
        .filter(rate -> rate.codeVersion().equals(version))
        .map(WorkRate::counts)
        .reduce(WorkCounts.NONE, WorkCounts::plus);
  }

  private static void submit(Engine engine, String prefix, int count) {
    IntStream.range(0, count)
        .forEach(i -> Bench.submit(engine, SequenceKey.of("alice", prefix + "-" + i), "a", "x"));
  }
}
