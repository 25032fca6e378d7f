package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineMeter;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Transition;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever submits is answered, whatever is thrown in between. */
final class GroupCommitErrorsTest {

  private static EngineMeter meter(Runnable bug) {
    return new EngineMeter() {
      @Override
      public void committed(Transition transition) {
        bug.run();
      }

      @Override
      public void batchAnswered(int transitions, Duration took, boolean isAnswered) {
        bug.run();
      }

      @Override
      public void driverFailed(String driver) {
        bug.run();
      }
    };
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void meterThatThrowsAnything_leavesNobodyWithoutTheOutcome(Runnable bug) {
    CommitBench bench = new CommitBench(meter(bug));
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(5));
    bench.stepped.run();
    for (CompletableFuture<Outcome> outcome : outcomes) {
      assertTrue(outcome.isDone());
      assertEquals(Outcome.APPLIED, outcome.join());
    }
    assertEquals(6, bench.reported.size(), "five that were committed, and their batch");
  }

  @Test
  void interruptThatAMeterLeavesBehind_doesNotStrikeTheNextBatch() {
    CommitBench bench = new CommitBench(meter(Thread.currentThread()::interrupt));
    List<Boolean> met = new ArrayList<>();
    bench.ledger.onCommit =
        transitions -> {
          met.add(Thread.currentThread().isInterrupted());
          return bench.ledger.commitBelow(transitions);
        };
    for (int i = 0; i < 2; i++) {
      bench.submit(bench.acceptances(2));
      bench.stepped.run();
    }
    assertEquals(List.of(false, false), met);
    assertFalse(Thread.interrupted());
  }

  @Test
  void errorOfANewKindAsOneIsTold_leavesNobodyElseWithoutAnAnswer() {
    CommitBench bench = new CommitBench(2);
    Error strange = new Error("of a new kind");
    bench.group.submit(
        bench.acceptance(),
        Optional.empty(),
        outcome -> {
          throw strange;
        });
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(5));
    assertEquals(strange, assertThrows(Error.class, bench.stepped::run));
    bench.stepped.run();
    outcomes.forEach(outcome -> assertTrue(outcome.isDone(), "nobody submits after them"));
    assertEquals(
        4, outcomes.stream().filter(outcome -> outcome.join().isApplied()).count(), "all but one");
  }

  @Test
  void checkedExceptionOfALedger_isAnOutcomeThatIsNotKnown() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit =
        transitions -> {
          Unforeseen.<RuntimeException>raise(new IOException("undeclared"));
          return List.of();
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(2));
    bench.stepped.run();
    for (CompletableFuture<Outcome> outcome : outcomes) {
      Outcome.Unknown unknown =
          assertInstanceOf(Outcome.Unknown.class, outcome.getNow(Outcome.APPLIED));
      assertInstanceOf(IOException.class, unknown.cause());
    }
  }

  @Test
  void errorAsOneIsTold_givesRoomToThoseWhoWaitForIt() {
    CommitBench bench = new CommitBench(1);
    Error strange = new Error("of a new kind");
    for (int i = 0; i < GroupCommit.MAX_QUEUED_BATCHES; i++) {
      bench.group.submit(
          bench.acceptance(),
          Optional.empty(),
          outcome -> {
            throw strange;
          });
    }
    CompletableFuture<Outcome> last = new CompletableFuture<>();
    Transition transition = bench.acceptance();
    assertThrows(
        Error.class, () -> bench.group.submit(transition, Optional.empty(), last::complete));
    bench.group.submit(transition, Optional.empty(), last::complete);
    assertFalse(last.isDone());
  }
}
