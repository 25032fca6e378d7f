package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.UnhandledError;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How transitions gather into batches, and that each is answered once. */
@Timeout(60)
final class GroupCommitTest {

  private static final long MILLI = 1_000_000;

  @Test
  void transitionsOfManyThreads_leaveInSharedCommits() throws Exception {
    try (CommitThread thread = new CommitThread()) {
      CommitBench bench = new CommitBench(1_000, thread);
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      bench.ledger.onCommit =
          transitions -> {
            entered.countDown();
            awaited(go);
            return bench.ledger.commitBelow(transitions);
          };
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      outcomes.add(bench.group.submit(bench.acceptance()));
      entered.await();
      List<Transition> others = bench.acceptances(120);
      ExecutorService pool = Executors.newFixedThreadPool(6);
      List<Future<List<CompletableFuture<Outcome>>>> parts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        List<Transition> part = others.subList(i * 20, i * 20 + 20);
        parts.add(pool.submit(() -> bench.submit(part)));
      }
      for (Future<List<CompletableFuture<Outcome>>> part : parts) {
        outcomes.addAll(part.get());
      }
      pool.shutdown();
      assertTrue(outcomes.stream().noneMatch(Future::isDone), "nothing is told before its commit");
      go.countDown();

      for (CompletableFuture<Outcome> outcome : outcomes) {
        assertTrue(outcome.get().isApplied());
      }
      assertEquals(List.of(1, 120), bench.commitSizes());
    }
  }

  @Test
  void outcome_isToldOnlyAfterTheCallReturned() {
    CommitBench bench = new CommitBench();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    bench.ledger.onCommit =
        transitions -> {
          List<Outcome> applied = bench.ledger.commitBelow(transitions);
          assertTrue(outcomes.stream().noneMatch(Future::isDone));
          return applied;
        };
    outcomes.addAll(bench.submit(bench.acceptances(3)));
    bench.stepped.run();
    assertEquals(3, applied(outcomes));
    assertEquals(List.of(), bench.reported);
  }

  @Test
  void batch_isSortedByKeyAndNoLargerThanTheLedgerTakes() {
    CommitBench bench = new CommitBench(3);
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(7));
    bench.stepped.run();
    assertEquals(List.of(3, 3, 1), bench.commitSizes());
    for (List<Transition> batch : bench.ledger.commits) {
      List<SequenceKey> keys = batch.stream().map(Transition::key).toList();
      assertEquals(keys.stream().sorted().toList(), keys);
    }
    assertEquals(7, applied(outcomes));
  }

  @Test
  void batchOfALedgerThatTakesMore_hasTwoHundred() {
    CommitBench bench = new CommitBench(1_000);
    bench.submit(bench.acceptances(450));
    bench.stepped.run();
    assertEquals(List.of(200, 200, 50), bench.commitSizes());
  }

  @Test
  void secondOfASequence_staysForTheNextBatchInItsOrder() {
    CommitBench bench = new CommitBench();
    Transition accepted = bench.acceptance();
    Transition marked = bench.made.mark(accepted.after(), mark -> mark.withOverdue(true));
    Transition again = bench.made.mark(marked.after(), mark -> mark.withOverdue(false));
    Transition other = bench.acceptance();
    List<CompletableFuture<Outcome>> outcomes =
        bench.submit(List.of(accepted, marked, again, other));
    bench.stepped.run();
    assertEquals(
        List.of(List.of(accepted, other), List.of(marked), List.of(again)), bench.ledger.commits);
    assertEquals(4, applied(outcomes), "each found the version that the one before left");
  }

  @Test
  void loneTransition_leavesAtOnce() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    for (int i = 0; i < 5; i++) {
      bench.submit(bench.acceptances(1));
      bench.stepped.run();
    }
    assertEquals(List.of(1, 1, 1, 1, 1), bench.commitSizes());
    assertEquals(List.of(), bench.stepped.lingers);
  }

  @Test
  void transitionAfterALargerBatch_waitsForCompanyAndLeavesWithIt() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    bench.elapsed.addAndGet(MILLI);
    bench.submit(bench.acceptances(1));
    bench.stepped.meanwhile = () -> bench.submit(bench.acceptances(2));
    bench.stepped.run();
    assertEquals(List.of(3, 3), bench.commitSizes());
    assertEquals(List.of(Duration.ofMillis(1)), bench.stepped.lingers, "counted from the return");
    assertTrue(bench.stepped.reached, "the wait ends when there is enough");
  }

  @Test
  void companyThatDoesNotCome_isNotWaitedForTwice() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    for (int i = 0; i < 3; i++) {
      bench.submit(bench.acceptances(1));
      bench.stepped.run();
    }
    assertEquals(List.of(3, 1, 1, 1), bench.commitSizes());
    assertEquals(1, bench.stepped.lingers.size());
  }

  @Test
  void transitionThatFindsTheLedgerIdle_leavesAtOnceWhateverTheBatchBefore() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(50));
    bench.stepped.run();
    bench.elapsed.addAndGet(3 * MILLI);
    bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertEquals(List.of(50, 1), bench.commitSizes());
    assertEquals(List.of(), bench.stepped.lingers);
  }

  @Test
  void waitForCompany_isFiveMillisecondsAtMost() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 900 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertEquals(List.of(Duration.ofMillis(5)), bench.stepped.lingers);
  }

  @Test
  void submitter_waitsForRoomWhenTenBatchesAreQueued() {
    CommitBench bench = new CommitBench(2);
    bench.submit(bench.acceptances(20));
    assertEquals(0, bench.stepped.waitsForAnEvent);
    assertEquals(List.of(), bench.commitSizes());
    CompletableFuture<Outcome> one = bench.group.submit(bench.acceptance());
    assertEquals(1, bench.stepped.waitsForAnEvent);
    bench.stepped.run();
    assertEquals(1, applied(List.of(one)));
    assertEquals(11, bench.ledger.commits.size());
  }

  @Test
  void close_commitsWhatIsQueuedAndTakesNothingMore() {
    try (CommitThread thread = new CommitThread()) {
      CommitBench bench = new CommitBench(1_000, thread);
      List<CompletableFuture<Outcome>> queued = bench.submit(bench.acceptances(5));
      bench.group.close(Duration.ofSeconds(30));
      assertEquals(5, applied(queued));
      int calls = bench.ledger.commits.size();
      Outcome late = bench.group.submit(bench.acceptance()).getNow(Outcome.APPLIED);
      assertTrue(cause(late).toString().contains("has ended"), () -> "" + late);
      assertEquals(calls, bench.ledger.commits.size());
    }
  }

  @Test
  void closeWhileTheLedgerHangs_answersWhatIsQueuedAndUnderWay() throws Exception {
    try (CommitThread thread = new CommitThread()) {
      CommitBench bench = new CommitBench(1_000, thread);
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      bench.ledger.onCommit =
          transitions -> {
            entered.countDown();
            awaited(go);
            return bench.ledger.commitBelow(transitions);
          };
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      outcomes.addAll(bench.submit(bench.acceptances(1)));
      entered.await();
      outcomes.addAll(bench.submit(bench.acceptances(3)));
      bench.group.close(Duration.ofMillis(1));
      for (CompletableFuture<Outcome> outcome : outcomes) {
        assertTrue(cause(outcome.getNow(Outcome.APPLIED)).toString().contains("ended before"));
      }
      go.countDown();
    }
  }

  @Test
  void outOfMemoryAtACommit_answersItsBatchAndTheThreadGoesOn() throws Exception {
    try (CommitThread thread = new CommitThread()) {
      CommitBench bench = new CommitBench(1_000, thread);
      bench.ledger.onCommit =
          transitions -> {
            throw new OutOfMemoryError("simulated");
          };
      Outcome unknown = bench.group.submit(bench.acceptance()).get();
      assertInstanceOf(OutOfMemoryError.class, cause(unknown));
      assertEquals(Settlement.MAX_FRUITLESS_ROUNDS, bench.reported.size());
      bench.ledger.onCommit = bench.ledger::commitBelow;
      assertTrue(bench.group.submit(bench.acceptance()).get().isApplied());
    }
  }

  @Test
  void errorThatNothingExpects_answersItsBatchAsItPasses() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit =
        transitions -> {
          throw new Simulated();
        };
    List<CompletableFuture<Outcome>> outcomes = bench.submit(bench.acceptances(2));
    assertThrows(Simulated.class, bench.stepped::run);
    assertEquals(0, applied(outcomes));
    outcomes.forEach(outcome -> assertTrue(outcome.isDone()));
    bench.ledger.onCommit = bench.ledger::commitBelow;
    List<CompletableFuture<Outcome>> later = bench.submit(bench.acceptances(2));
    bench.stepped.run();
    assertEquals(2, applied(later));
  }

  @Test
  void threadThatCannotBeMade_letsTheSubmitterCommit() {
    CommitBench bench =
        new CommitBench(
            1_000,
            new Seams.Commits() {
              @Override
              public void execute(Runnable drain) {
                throw new OutOfMemoryError("unable to create native thread");
              }

              @Override
              public void later(Duration delay, Runnable drain) {}

              @Override
              public void await(CompletableFuture<?> event) {}

              @Override
              public void await(CompletableFuture<?> event, Duration longest) {}
            });
    assertEquals(1, applied(bench.submit(bench.acceptances(1))));
    assertEquals(1, bench.reported.size());
  }

  @Test
  void oneWhoCannotBearToBeTold_keepsNobodyElseWaiting() {
    CommitBench bench = new CommitBench();
    List<Outcome> told = new ArrayList<>();
    bench.group.submit(
        bench.acceptance(),
        Optional.empty(),
        outcome -> {
          throw new IllegalStateException("no");
        });
    bench.group.submit(bench.acceptance(), Optional.empty(), told::add);
    bench.stepped.run();
    assertEquals(List.of(Outcome.APPLIED), told);
    assertEquals(1, bench.reported.size());
  }

  @Test
  void submissionWhileACommitIsUnderWayOnTheSameThread_isCommittedAtOnce() {
    CommitBench bench = new CommitBench(1_000, Seams.Commits.INLINE);
    List<CompletableFuture<Outcome>> nested = new ArrayList<>();
    bench.ledger.onCommit =
        transitions -> {
          bench.ledger.onCommit = bench.ledger::commitBelow;
          nested.addAll(bench.submit(bench.acceptances(1)));
          assertEquals(1, applied(nested));
          return bench.ledger.commitBelow(transitions);
        };
    assertEquals(1, applied(bench.submit(bench.acceptances(1))));
    assertFalse(nested.isEmpty());
  }

  @Test
  void transitionOfFinishedWork_isSubmittedAgainInTurnWithTheOthers() {
    CommitBench bench = new CommitBench();
    Transition kept = bench.acceptance();
    List<Outcome> told = new ArrayList<>();
    bench.ledger.onCommit = failing(bench, kept);
    bench.group.submit(kept, Optional.of(bench.lease(kept)), told::add);
    bench.stepped.run();
    for (int i = 0; i < 5; i++) {
      List<CompletableFuture<Outcome>> others = bench.submit(bench.acceptances(3));
      bench.later();
      assertEquals(3, applied(others));
      assertEquals(List.of(), told);
    }
    bench.ledger.onCommit = bench.ledger::commitBelow;
    bench.later();
    assertEquals(List.of(Outcome.APPLIED), told);
    assertEquals(0, bench.stepped.laters.size(), "nothing is left to look after");
  }

  @Test
  void whatFollowsInTheSequence_doesNotOvertakeAndDoesNotWaitForEver() {
    CommitBench bench = new CommitBench();
    Transition kept = bench.acceptance();
    Transition marked = bench.made.mark(kept.after(), mark -> mark.withOverdue(true));
    List<Outcome> told = new ArrayList<>();
    bench.ledger.onCommit = failing(bench, kept);
    bench.group.submit(kept, Optional.of(bench.lease(kept)), told::add);
    bench.stepped.run();
    CompletableFuture<Outcome> behind = bench.group.submit(marked);
    bench.stepped.run();
    assertFalse(behind.isDone());
    while (!behind.isDone()) {
      bench.later();
    }
    assertTrue(cause(behind.join()).toString().contains("was not submitted"));
    assertTrue(Duration.ofNanos(bench.elapsed.get()).toMillis() <= 2_500);
    bench.ledger.commits.forEach(batch -> assertFalse(batch.contains(marked)));
    CompletableFuture<Outcome> again = bench.group.submit(marked);
    bench.ledger.onCommit = bench.ledger::commitBelow;
    bench.later();
    bench.stepped.run();
    assertEquals(List.of(Outcome.APPLIED), told);
    assertEquals(1, applied(List.of(again)));
  }

  @Test
  void whatIsKept_takesNoRoomFromOthers() {
    CommitBench bench = new CommitBench(2);
    bench.ledger.onCommit =
        transitions -> {
          throw new LedgerException("connection refused");
        };
    for (Transition one : bench.acceptances(30)) {
      bench.group.submit(one, Optional.of(bench.lease(one)), outcome -> {});
      bench.stepped.run();
    }
    bench.submit(bench.acceptances(20));
    assertEquals(0, bench.stepped.waitsForAnEvent);
  }

  private static Function<List<Transition>, List<Outcome>> failing(
      CommitBench bench, Transition one) {
    return transitions -> {
      if (transitions.contains(one)) {
        throw new LedgerException("connection reset at COMMIT");
      }
      return bench.ledger.commitBelow(transitions);
    };
  }

  /** An error that no part of the engine catches. */
  private static final class Simulated extends UnhandledError {
    private static final long serialVersionUID = 1L;

    Simulated() {
      super("simulated");
    }
  }

  private static Function<List<Transition>, List<Outcome>> taking(CommitBench bench, long nanos) {
    return transitions -> {
      bench.elapsed.addAndGet(nanos);
      return bench.ledger.commitBelow(transitions);
    };
  }

  private static Throwable cause(Outcome outcome) {
    return assertInstanceOf(Outcome.Unknown.class, outcome).cause();
  }

  private static int applied(List<CompletableFuture<Outcome>> outcomes) {
    Outcome open = Outcome.notApplied(Outcome.Reason.ABSENT, "not told yet");
    return (int) outcomes.stream().filter(one -> one.getNow(open).isApplied()).count();
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
