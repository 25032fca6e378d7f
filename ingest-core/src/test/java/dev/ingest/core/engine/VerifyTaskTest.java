package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Evidence;
import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.ShadowComparator;
import dev.ingest.core.ShadowReport;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.Verdict;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What ends a verification early, and when one without a conclusion is tried again. */
final class VerifyTaskTest {

  private static final Event.Act CAROL = new Event.Act("carol", "a new model");
  private static final Duration LONGER_THAN_A_LEASE = Duration.ofSeconds(31);

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariantHolds() {
    bench.checkInvariants();
  }

  private static Pipeline.Builder named(String name) {
    return Pipeline.named(name).stage(Stage.copy());
  }

  private record Answering(Callable<Verdict> answer) implements Probe {
    @Override
    public String name() {
      return "index";
    }

    @Override
    public Verdict check(Evidence evidence) throws Exception {
      return answer.call();
    }
  }

  private void submitAndRun(Engine engine) {
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
  }

  private Duration untilTriedAgain() {
    Entry entry = bench.entry(RIDE);
    assertEquals(State.PROCESSED, entry.state());
    return Duration.between(bench.time.instant(), entry.position().visibleAt());
  }

  private TransitionKind last() {
    return bench.kinds(RIDE).get(bench.kinds(RIDE).size() - 1);
  }

  @Test
  void expectationThatOutlastsTheLease_concludesNothing() {
    Engine engine =
        bench.engine(
            named("test")
                .expect(
                    evidence -> {
                      bench.time.advance(LONGER_THAN_A_LEASE);
                      return Verdict.pass();
                    })
                .build());
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    engine.verifier().tick();
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(TransitionKind.STAGE_DONE, last());
    assertEquals(0, engine.inFlight());
  }

  @Test
  void probeWithoutConclusion_isAskedAgainSoonAndHasTheAttemptsOfAStage() {
    Engine engine =
        bench.engine(
            named("test")
                .expect(Expectation.onePerItem())
                .probe(new Answering(() -> Verdict.unknown("it is rebuilt")))
                .build());
    submitAndRun(engine);
    assertTrue(untilTriedAgain().compareTo(Duration.ofSeconds(1)) <= 0, "the first back-off");
    assertEquals(1, bench.entry(RIDE).run().attempts());
  }

  @Test
  void storeThatCannotBeRead_isLeftAloneForLongerAndCostsNoAttempt() {
    boolean[] isOut = {false};
    ContentStore content =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              if (isOut[0]) {
                throw new ContentException("out");
              }
            });
    Engine engine = bench.engine(bench.watchedLedger, content, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    isOut[0] = true;
    bench.run(engine);
    assertTrue(untilTriedAgain().compareTo(Duration.ofSeconds(8)) >= 0, "the fifth back-off");
    assertEquals(0, bench.entry(RIDE).run().attempts());
  }

  @Test
  void passageWithoutARepetition_leavesNothingToSweep() {
    submitAndRun(bench.engine(Bench.copying()));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertFalse(bench.entry(RIDE).standing().leftovers(), "one stage and one verification");
  }

  @Test
  void passageWithAClaimMore_isMarkedWithLeftovers() {
    int[] asked = {0};
    Engine engine =
        bench.engine(
            named("test")
                .expect(Expectation.onePerItem())
                .probe(
                    new Answering(
                        () -> asked[0]++ == 0 ? Verdict.unknown("rebuilt") : Verdict.pass()))
                .build());
    submitAndRun(engine);
    bench.time.advance(Duration.ofMinutes(1));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(bench.entry(RIDE).standing().leftovers(), "a third claim");
  }

  @Test
  void probeThatIsInterrupted_isUnknownAndTheInterruptStays() {
    Engine engine =
        bench.engine(
            named("test")
                .expect(Expectation.onePerItem())
                .probe(
                    new Answering(
                        () -> {
                          throw new InterruptedException("the node stops");
                        }))
                .build());
    submitAndRun(engine);
    assertTrue(Thread.interrupted());
    assertEquals(TransitionKind.VERIFICATION_UNKNOWN, last());
    String detail = bench.history(RIDE).get(bench.kinds(RIDE).size() - 1).note().detail();
    assertTrue(detail.contains("probe index was interrupted"), detail);
  }

  private Engine shadowed(ShadowComparator comparator) {
    Pipeline next =
        named("next").expect(Expectation.onePerItem()).compareShadows(comparator).build();
    Engine engine = bench.engine(Bench.copying(), next);
    submitAndRun(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    engine.acting().startRun(RIDE, RunKind.SHADOW, "next", Optional.empty(), CAROL, false);
    engine.worker().tick();
    bench.runTasks();
    return engine;
  }

  private int compareOnce(Engine engine) {
    int before = bench.kinds(RIDE).size();
    engine.verifier().tick();
    bench.runTasks();
    assertEquals(0, engine.inFlight());
    return bench.kinds(RIDE).size() - before;
  }

  @Test
  void comparisonThatOutlastsTheLease_concludesNothing() {
    Engine engine =
        shadowed(
            pair -> {
              bench.time.advance(LONGER_THAN_A_LEASE);
              return new ShadowReport(1, 0, List.of());
            });
    assertEquals(0, compareOnce(engine));
  }

  @Test
  void comparatorThatThrowsAfterTheLease_concludesNothing() {
    Engine engine =
        shadowed(
            pair -> {
              bench.time.advance(LONGER_THAN_A_LEASE);
              throw new IllegalStateException("too late");
            });
    assertEquals(0, compareOnce(engine));
  }

  @Test
  void comparatorThatIsCancelled_concludesNothing() {
    Engine engine =
        shadowed(
            pair -> {
              throw new StageCancelledException("it noticed by itself");
            });
    assertEquals(0, compareOnce(engine));
  }

  @Test
  void comparatorThatIsInterrupted_isUnknownAndTheInterruptStays() {
    Engine engine =
        shadowed(
            pair -> {
              throw new InterruptedException("the node stops");
            });
    assertEquals(1, compareOnce(engine));
    assertTrue(Thread.interrupted());
    String detail = bench.history(RIDE).get(bench.kinds(RIDE).size() - 1).note().detail();
    assertTrue(detail.contains("InterruptedException"), detail);
    assertFalse(bench.entry(RIDE).beside().run().isEmpty(), "it has another attempt");
  }
}
