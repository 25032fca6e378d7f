package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException.Reason;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.Finding;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCompletion;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a stage is left to another system: for how long, what it may not do then, what fails. */
final class LeftStageTest extends CompletingFixture {

  @Test
  void timeOfAStage_endsWithTheDeadlineUnlessThatIsOver() {
    stage.within = Duration.ofDays(2);
    left();
    assertEquals(bench.entry(RIDE).receipt().deadline(), stage.tokens.get(0).until());
    bench.time.advance(Duration.ofHours(2));
    bench.run(engine());
    assertEquals(
        bench.time.instant().plus(Duration.ofDays(2)), stage.tokens.get(1).until(), "overdue");
  }

  @Test
  void timeJustBeforeTheDeadline_isALeaseTimeAtLeast() {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    bench.time.advance(Duration.ofHours(1).minusSeconds(3));
    bench.run(engine);
    assertEquals(bench.time.instant().plusSeconds(30), stage.tokens.get(0).until());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT168H0.001S"})
  void timeOutOfBounds_isAnErrorOfTheStage(Duration within) {
    stage.within = within;
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals("STAGE_REFUSED", bench.entry(RIDE).standing().failure().orElseThrow().code());
  }

  @Test
  void emissionAfterwards_isAnErrorOfTheStage() {
    stage.then =
        context -> context.emit(ItemName.of("a"), new ByteArrayInputStream(new byte[] {1}));
    assertMisuse("emits \"a\"");
  }

  @Test
  void secondToken_isAnErrorOfTheStage() {
    stage.then = context -> context.completeLater(WITHIN);
    assertMisuse("once more");
  }

  @Test
  void emissionBefore_isAnErrorOfTheStage() {
    Stage both =
        Stage.perItem(
            "both",
            1,
            (item, context) -> {
              context.emit(item.name(), item.open());
              stage.run(context);
            });
    Engine engine = bench.engine(Bench.pipeline(both));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(List.of(), stage.tokens);
    assertEquals(State.FAILED, bench.state(RIDE));
  }

  private void assertMisuse(String words) {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    String message = bench.entry(RIDE).standing().failure().orElseThrow().message();
    assertTrue(message.contains("PermanentStageException") && message.contains(words), message);
    assertRefused(Reason.STALE, () -> complete(engine, stage.token()));
  }

  @Test
  void completionThatIsLeftAgain_isRefused() throws IOException {
    Engine engine = left();
    assertThrows(
        PermanentStageException.class,
        () ->
            engine.completing().complete(stage.token(), context -> context.completeLater(WITHIN)));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
  }

  @Test
  void stageThatThrowsAfterwards_hasFailed() throws IOException {
    stage.then =
        context -> {
          throw new IOException("the farm does not answer");
        };
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertRefused(Reason.STALE, () -> complete(engine, stage.token()));
    stage.then = context -> {};
    bench.time.advance(Duration.ofSeconds(2));
    bench.run(engine);
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void leaseThatCannotBeExtended_meansThatNobodyHasAToken() throws IOException {
    Engine engine =
        bench.engine(
            bench.ledgerThatFails("renew"),
            bench.watchedContent,
            Bench.pipeline(stage, Stage.copy()));
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    assertEquals(List.of(), stage.tokens);
    assertEquals(State.ACCEPTED, bench.state(RIDE), "another attempt follows");
    assertEquals(0, engine.inFlight() + engine.leases().size());
    bench.time.advance(Duration.ofMinutes(2));
    Engine well = engine();
    bench.run(well);
    assertEquals(CompletionOutcome.DONE, complete(well, stage.token()));
    assertVerified(well);
  }

  @Test
  void crashAfterTheExtension_costsTheTimeAndNothingElse() throws IOException {
    stage.then =
        context -> {
          throw new SimulatedDeath();
        };
    Engine dying = engine();
    Bench.submit(dying, RIDE, "a", "x", "b", "y");
    dying.worker().tick();
    assertThrows(SimulatedDeath.class, bench::runTasks);
    assertEquals(State.PROCESSING, bench.state(RIDE));
    stage.then = context -> {};
    bench.time.advance(WITHIN.plusSeconds(1));
    Engine next = engine();
    bench.run(next);
    assertEquals(CompletionOutcome.DONE, complete(next, stage.token()));
    assertVerified(next);
  }

  /** Ends a thread in a way that nothing catches. */
  private static final class SimulatedDeath extends UnhandledError {
    private static final long serialVersionUID = 1L;

    SimulatedDeath() {
      super("the thread has ended");
    }
  }

  @Test
  void engineWithoutThePipeline_saysWhichItNeeds() {
    left();
    Engine other =
        bench.engine(
            dev.ingest.core.Pipeline.named("other")
                .stage(Stage.copy())
                .expect(dev.ingest.core.Expectation.onePerItem())
                .build());
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> complete(other, stage.token()));
    assertTrue(String.valueOf(refused.getMessage()).contains("pipeline test"));
  }

  @Test
  void listener_hearsOfTheEnd() throws IOException {
    Engine engine = left();
    complete(engine, stage.token());
    bench.runTasks();
    assertEquals(List.of(RIDE + " past elsewhere"), bench.told);
  }

  @Test
  void whatAnOvertakenCallWritesAfterTheSweep_isFoundByAnAudit() throws IOException {
    stage.within = Duration.ofDays(2);
    Engine engine = left();
    bench.time.advance(Duration.ofHours(2));
    bench.run(engine);
    Engine other = engine();
    StageCompletion slow =
        context -> {
          assertEquals(CompletionOutcome.DONE, complete(other, stage.token()));
          assertVerified(other);
          context.emit(ItemName.of("late"), new ByteArrayInputStream(new byte[] {1}));
        };
    assertEquals(CompletionOutcome.DONE, engine.completing().complete(stage.token(), slow));
    assertFalse(bench.entry(RIDE).standing().leftovers());
    assertEquals(8, bench.content.size(), "an item and a manifest beside what is referred to");
    bench.time.advance(Duration.ofDays(2));
    List<AuditFinding> found = new ArrayList<>();
    other.auditing().audit(AuditOptions.DEFAULT, Collections.emptyIterator(), found::add);
    assertEquals(
        List.of(Finding.Kind.EXTRA_BYTES), found.stream().map(AuditFinding::kind).toList());
  }
}
