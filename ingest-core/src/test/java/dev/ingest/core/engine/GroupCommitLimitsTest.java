package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The exact moments of a group commit, and what becomes of what it holds when it cannot go on. */
final class GroupCommitLimitsTest {

  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  /** Steps, of which some cannot be made. */
  private static final class Failing implements Seams.Commits {
    private final SteppedCommits stepped = new SteppedCommits();
    private final AtomicBoolean executes = new AtomicBoolean(true);
    private final AtomicBoolean waits = new AtomicBoolean(true);

    @Override
    public void execute(Runnable drain) {
      if (!executes.get()) {
        throw new RejectedExecutionException("no thread");
      }
      stepped.execute(drain);
    }

    @Override
    public void later(Duration delay, Runnable drain) {
      throw new RejectedExecutionException("no timer");
    }

    @Override
    public void await(CompletableFuture<?> event) {
      stepped.await(event);
    }

    @Override
    public void await(CompletableFuture<?> event, Duration longest) {
      if (!waits.get()) {
        throw new IllegalStateException("the wait broke off");
      }
      stepped.await(event, longest);
    }
  }

  private static Throwable cause(CompletableFuture<Outcome> outcome) {
    return assertInstanceOf(Outcome.Unknown.class, outcome.getNow(Outcome.APPLIED)).cause();
  }

  private static boolean isApplied(CompletableFuture<Outcome> outcome) {
    return outcome.getNow(Outcome.notApplied(Outcome.Reason.ABSENT, "not told yet")).isApplied();
  }

  private static Function<List<Transition>, List<Outcome>> taking(CommitBench bench, long nanos) {
    return transitions -> {
      bench.elapsed.addAndGet(nanos);
      return bench.ledger.commitBelow(transitions);
    };
  }

  private static Function<List<Transition>, List<Outcome>> refusing(
      CommitBench bench, List<Transition> refused) {
    return transitions -> {
      if (transitions.stream().anyMatch(refused::contains)) {
        throw new LedgerException("connection reset at COMMIT");
      }
      return bench.ledger.commitBelow(transitions);
    };
  }

  /**
   * Keeps transitions of finished work, whose outcomes stay unknown until the ledger takes them.
   */
  private static List<CompletableFuture<Outcome>> keep(CommitBench bench, List<Transition> all) {
    bench.ledger.onCommit = refusing(bench, all);
    List<CompletableFuture<Outcome>> told = new ArrayList<>();
    for (Transition one : all) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      bench.group.submit(one, Optional.of(bench.lease(one)), outcome::complete);
      bench.stepped.run();
      told.add(outcome);
    }
    return told;
  }

  private static List<Transition> backwards(List<Transition> all) {
    List<Transition> reversed = new ArrayList<>(all);
    reversed.sort((one, other) -> other.key().compareTo(one.key()));
    return reversed;
  }

  private static void assertSorted(List<Transition> batch) {
    List<SequenceKey> keys = batch.stream().map(Transition::key).toList();
    assertEquals(keys.stream().sorted().toList(), keys);
  }

  @Test
  void keysThatComeBackwards_leaveInTheirOrder() {
    CommitBench bench = new CommitBench();
    bench.submit(backwards(bench.acceptances(9)));
    bench.stepped.run();
    assertEquals(List.of(9), bench.commitSizes());
    assertSorted(bench.ledger.commits.get(0));
  }

  @Test
  void keysOfWhatIsKept_areSubmittedAgainInTheirOrder() {
    CommitBench bench = new CommitBench();
    List<CompletableFuture<Outcome>> told = keep(bench, backwards(bench.acceptances(3)));
    bench.ledger.commits.clear();
    bench.ledger.onCommit = bench.ledger::commitBelow;
    bench.later();
    assertSorted(bench.ledger.commits.get(0));
    told.forEach(one -> assertTrue(isApplied(one)));
  }

  @Test
  void partOfTheCompany_doesNotEndTheWait() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    bench.submit(bench.acceptances(1));
    bench.stepped.meanwhile = () -> bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertEquals(1, bench.stepped.lingers.size());
    assertFalse(bench.stepped.reached, "two of three");
    assertEquals(List.of(3, 2), bench.commitSizes());
  }

  @Test
  void waitForCompany_isThatOfTheLastCallWheneverItWas() {
    CommitBench bench = new CommitBench();
    bench.elapsed.set(SECOND);
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertEquals(List.of(Duration.ofMillis(2)), bench.stepped.lingers);
  }

  @Test
  void waitForCompany_isOverAtItsEnd() {
    CommitBench bench = new CommitBench();
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    bench.stepped.run();
    bench.elapsed.addAndGet(2 * MILLI);
    bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertEquals(List.of(), bench.stepped.lingers);
  }

  @Test
  void whoWaitsBehindWhatIsKept_isAnsweredAfterASecondAndNotBefore() {
    CommitBench bench = new CommitBench();
    bench.elapsed.set(10 * SECOND);
    Transition kept = bench.acceptance();
    keep(bench, List.of(kept));
    CompletableFuture<Outcome> behind =
        bench.group.submit(bench.made.mark(kept.after(), mark -> mark.withOverdue(true)));
    bench.elapsed.addAndGet(SECOND - 1);
    bench.stepped.run();
    assertFalse(behind.isDone());
    bench.elapsed.addAndGet(1);
    bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertTrue(cause(behind).toString().contains("was not submitted"));
  }

  @Test
  void finishedWorkThatTheLedgerNeverTakes_isGivenUpWhileOthersSettle() {
    CommitBench bench = new CommitBench();
    List<CompletableFuture<Outcome>> told = keep(bench, List.of(bench.acceptance()));
    int rounds = 0;
    while (!told.get(0).isDone() && rounds < 100) {
      rounds++;
      bench.submit(bench.acceptances(1));
      bench.later();
    }
    assertEquals(1 + Suspects.MAX_REFUSALS, rounds, "nothing else had settled before the first");
    assertTrue(cause(told.get(0)).toString().contains("connection reset"));
  }

  @Test
  void closeWithoutAThread_answersWhatIsQueued() {
    Failing commits = new Failing();
    CommitBench bench = new CommitBench(1_000, commits);
    List<CompletableFuture<Outcome>> queued = bench.submit(bench.acceptances(2));
    commits.executes.set(false);
    bench.group.close(Duration.ofSeconds(1));
    queued.forEach(one -> assertTrue(cause(one).toString().contains("ended before")));
    assertInstanceOf(RejectedExecutionException.class, bench.reported.get(0));
  }

  @Test
  void whatWasAnsweredAtTheEnd_isNotSubmittedAfterIt() {
    CommitBench bench = new CommitBench();
    List<CompletableFuture<Outcome>> queued = bench.submit(bench.acceptances(3));
    bench.group.close(Duration.ofMillis(1));
    queued.forEach(one -> assertTrue(cause(one).toString().contains("ended before")));
    bench.stepped.run();
    assertEquals(List.of(), bench.commitSizes());
  }

  @Test
  void waitThatBreaksOff_answersAllAndTheNextAreCommitted() {
    Failing commits = new Failing();
    CommitBench bench = new CommitBench(1_000, commits);
    bench.ledger.onCommit = taking(bench, 2 * MILLI);
    bench.submit(bench.acceptances(3));
    commits.stepped.run();
    List<CompletableFuture<Outcome>> left = bench.submit(bench.acceptances(2));
    commits.waits.set(false);
    commits.stepped.run();
    left.forEach(one -> assertEquals("the wait broke off", cause(one).getMessage()));
    assertSame(cause(left.get(0)), bench.reported.get(0));
    commits.waits.set(true);
    List<CompletableFuture<Outcome>> next = bench.submit(bench.acceptances(2));
    commits.stepped.run();
    next.forEach(one -> assertTrue(isApplied(one)));
    assertEquals(List.of(3, 2), bench.commitSizes());
  }

  @Test
  void keptWorkToWhichNobodyComesBack_isAnswered() {
    Failing commits = new Failing();
    CommitBench bench = new CommitBench(1_000, commits);
    List<CompletableFuture<Outcome>> told = keep(bench, List.of(bench.acceptance()));
    commits.stepped.run();
    assertTrue(cause(told.get(0)).toString().contains("connection reset"));
    bench.ledger.onCommit = bench.ledger::commitBelow;
    List<CompletableFuture<Outcome>> next = bench.submit(bench.acceptances(1));
    commits.stepped.run();
    assertTrue(isApplied(next.get(0)));
  }

  @Test
  void errorBetweenTwoAttempts_answersItsBatchAndIsReported() {
    CommitBench bench = new CommitBench();
    AssertionError broken = new AssertionError("the clock is broken");
    bench.ledger.onCommit =
        transitions -> {
          throw new LedgerException("connection refused");
        };
    bench.ledger.onRead =
        () -> {
          throw broken;
        };
    List<CompletableFuture<Outcome>> batch = bench.submit(List.of(bench.acceptance()));
    bench.stepped.run();
    batch.forEach(one -> assertSame(broken, cause(one)));
    assertEquals(List.of(broken), bench.reported);
    bench.ledger.onCommit = bench.ledger::commitBelow;
    List<CompletableFuture<Outcome>> next = bench.submit(bench.acceptances(1));
    bench.stepped.run();
    assertTrue(isApplied(next.get(0)));
  }
}
